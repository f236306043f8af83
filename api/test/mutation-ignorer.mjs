/** Statements that only compare names for the compiler: with any other name they do not compile, and no test meets them. */
const shouldIgnore = (path) =>
  path.isExpressionStatement() && path.node.expression.type === "TSSatisfiesExpression"
    ? "Only the compiler reads it."
    : undefined;

export const strykerPlugins = [{ kind: "Ignore", name: "compiler", value: { shouldIgnore } }];
