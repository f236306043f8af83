import js from "@eslint/js";
import next from "@next/eslint-plugin-next";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  {
    ignores: [
      "**/generated/",
      "**/dist/",
      "**/.next/",
      "**/coverage/",
      "**/next-env.d.ts",
      "**/*.{js,cjs,mjs}",
    ],
  },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "Only config.ts reads the environment." },
      ],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    // Programs of the terminal: they read the environment of whoever starts them and print.
    files: ["scripts/**/*.ts", "e2e/**/*.ts", "playwright.config.ts", "prisma/**/*.ts"],
    rules: { "no-console": "off", "no-restricted-properties": "off" },
  },
  { files: ["api/src/config.ts"], rules: { "no-restricted-properties": "off" } },
  {
    files: ["web/**/*.{ts,tsx}"],
    extends: [reactHooks.configs.flat["recommended-latest"], next.configs["core-web-vitals"]],
    settings: { next: { rootDir: "web" } },
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          // Sent before the page's program runs, it would put what was typed into the address, and so into logs.
          selector:
            "JSXOpeningElement[name.name='form']:not(:has(JSXAttribute[name.name='method']))",
          message: "A form names its method.",
        },
      ],
    },
  },
  {
    files: ["**/*.test.{ts,tsx}", "api/test/**/*.ts"],
    rules: { "max-lines": "off" },
  },
);
