import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "coverage/", "docs/api/", "**/node_modules/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers in sentences are the point of this project's messages.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Underscored parameters are there for a signature's sake.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      // `return fields.fail(…)` is how a field is refused: it is undefined, and says so.
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    files: ["provider/lifecycle/**/*.ts", "cli/**/*.ts"],
    rules: {
      // The dialect (CONTRIBUTING.md): functions are declared at the head of a file's level, fields by the constructor.
      "@typescript-eslint/parameter-properties": ["error", { prefer: "parameter-property" }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportNamedDeclaration > VariableDeclaration > VariableDeclarator > ArrowFunctionExpression",
          message: "Declare an exported function with `function`.",
        },
        {
          selector: "Program > VariableDeclaration > VariableDeclarator[id.name=/^[A-Z0-9]+_[A-Z0-9_]+$/]",
          message: "Name a constant in lowerCamel.",
        },
        {
          selector:
            "SpreadElement > ConditionalExpression[alternate.type='ObjectExpression'][alternate.properties.length=0]",
          message: "Spread what is optional as `...(x !== undefined && { x })`.",
        },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    // chai's assertions are property reads: expect(x).to.be.true
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly", setTimeout: "readonly" } },
  },
  {
    files: ["**/*.cjs", "examples/javascript/*.js"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { process: "readonly", require: "readonly", module: "readonly", exports: "readonly" },
    },
  },
);
