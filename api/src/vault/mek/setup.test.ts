import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { AWS_KEY } from "../../../test/kms/fake-aws.ts";
import { GCP_KEY } from "../../../test/kms/fake-gcp.ts";

afterEach(() => void jest.resetModules());

describe("a provider whose optional package is not installed", () => {
  it.each([
    [
      "pkcs11js",
      "PKCS11_KEY is set, but the package pkcs11js is not installed and compiled. With g++, make and python3 at hand: npm run build:pkcs11",
      async () => {
        const { pkcs11 } = await import("./pkcs11.ts");
        return pkcs11({ module: "/none.so", token: "t", pin: "hunter2", keys: ["mek"] });
      },
    ],
    [
      "@aws-sdk/client-kms",
      "AWS_KMS_KEY_ID is set, but the package @aws-sdk/client-kms is not installed: npm install --include=optional",
      async () => {
        const { awsKms } = await import("./aws-kms.ts");
        return awsKms({ endpoint: undefined, keys: [AWS_KEY] });
      },
    ],
    [
      "google-auth-library",
      "GCP_KMS_KEY is set, but the package google-auth-library is not installed: npm install --include=optional",
      async () => {
        const { gcpKms } = await import("./gcp-kms.ts");
        return gcpKms({ endpoint: "https://cloudkms.googleapis.com", keys: [GCP_KEY] });
      },
    ],
  ])("says so, and what to do: %s", async (name, message, open) => {
    jest.unstable_mockModule(name, () => {
      throw new Error("Cannot find package");
    });
    await expect(open()).rejects.toMatchObject({ name: "MekSetupError", message });
  });
});
