import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openTestApp, type TestApp } from "../../test/app.ts";
import { signUp } from "../../test/people.ts";
import type { Platform } from "./client.ts";
import { asSystem, asTenant } from "./tenancy.ts";

let app: TestApp;
let platform: Platform;
let ours: { id: string; tenantId: string };
let theirs: { id: string; tenantId: string };

beforeAll(async () => {
  app = await openTestApp();
  ({ platform } = app.deps);
  const find = async (email: string) =>
    asSystem(() => platform.user.findUniqueOrThrow({ where: { email } }));
  ours = await find((await signUp(app)).email);
  theirs = await find((await signUp(app)).email);
});
afterAll(() => app.close());

const asUs = <T>(work: () => Promise<T>) => asTenant(ours.tenantId, work);

describe("a platform query", () => {
  it("outside of any tenant fails instead of seeing all", async () => {
    await expect(platform.user.findMany()).rejects.toThrow("outside of a tenant");
    await expect(platform.$queryRaw`SELECT * FROM users`).rejects.toThrow("outside of a tenant");
  });

  it("sees its own tenant and no other, however it is asked", async () => {
    const id = theirs.id;
    expect((await asUs(() => platform.user.findMany())).map((user) => user.id)).toEqual([ours.id]);
    expect(await asUs(() => platform.user.count())).toBe(1);
    expect(await asUs(() => platform.user.findUnique({ where: { id } }))).toBeNull();
    expect(
      await asUs(() => platform.user.findFirst({ where: { OR: [{ id }, { id }] } })),
    ).toBeNull();
    expect(
      await asUs(() => platform.user.findMany({ where: { tenantId: theirs.tenantId } })),
    ).toEqual([]);
    expect(await asUs(() => platform.user.count({ where: { AND: [{ id }] } }))).toBe(0);
  });

  it("changes nothing of another tenant", async () => {
    const { id } = theirs;
    const data = { displayName: "changed" };
    expect(await asUs(() => platform.user.updateMany({ where: { id }, data }))).toEqual({
      count: 0,
    });
    expect(await asUs(() => platform.authSession.deleteMany({ where: { userId: id } }))).toEqual({
      count: 0,
    });
    await expect(asUs(() => platform.user.update({ where: { id }, data }))).rejects.toThrow();
    await expect(
      asUs(() => platform.oneTimeToken.delete({ where: { selector: new Uint8Array(8) } })),
    ).rejects.toThrow();
  });

  it("makes no row for another tenant", async () => {
    const data = {
      id: randomUUID(),
      tenantId: theirs.tenantId,
      email: "planted@example.org",
      displayName: "",
      timeZone: "UTC",
    };
    await expect(asUs(() => platform.user.create({ data }))).rejects.toThrow("another tenant");
    await expect(asUs(() => platform.user.createMany({ data: [data] }))).rejects.toThrow(
      "another tenant",
    );
  });

  it("that cannot be confined is refused", async () => {
    await expect(asUs(() => platform.$queryRaw`SELECT 1`)).rejects.toThrow("raw SQL");
    await expect(
      asUs(() =>
        platform.user.upsert({
          where: { id: theirs.id },
          create: { ...ours, email: "x", displayName: "", timeZone: "UTC" },
          update: { displayName: "changed" },
        }),
      ),
    ).rejects.toThrow("upsert of User cannot be confined");
  });

  it("sees and changes its own tenant only, and moves no row to another", async () => {
    expect((await asUs(() => platform.tenant.findMany())).map((tenant) => tenant.id)).toEqual([
      ours.tenantId,
    ]);
    const where = { id: theirs.tenantId };
    expect(await asUs(() => platform.tenant.updateMany({ where, data: { name: "x" } }))).toEqual({
      count: 0,
    });
    const [tenant] = await app.sql("platform", "SELECT name FROM tenants WHERE id = ?", [
      theirs.tenantId,
    ]);
    expect(tenant?.["name"]).not.toBe("x");
    const moved = { where: { id: ours.id }, data: { tenantId: theirs.tenantId } };
    await expect(asUs(() => platform.user.updateMany(moved))).rejects.toThrow("change its tenant");
    await expect(
      asUs(() => platform.tenant.create({ data: { id: randomUUID(), name: "x" } })),
    ).rejects.toThrow("create of Tenant");
    await expect(asUs(() => platform.dekWrap.findMany())).rejects.toThrow("findMany of DekWrap");
  });

  it("stays confined inside of a transaction", async () => {
    const seen = await asUs(() => platform.$transaction(async (tx) => tx.user.findMany()));
    expect(seen.map((user) => user.id)).toEqual([ours.id]);
  });

  it("of requests that run at once keep apart", async () => {
    const counts = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        asTenant(i % 2 ? ours.tenantId : theirs.tenantId, async () => {
          await new Promise((done) => setImmediate(done));
          return (await platform.user.findMany())[0]?.id;
        }),
      ),
    );
    counts.forEach((id, i) => expect(id).toBe(i % 2 ? ours.id : theirs.id));
  });
});
