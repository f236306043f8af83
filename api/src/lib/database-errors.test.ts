import { describe, expect, it } from "@jest/globals";
import { isConflict, isDuplicate, isUnavailable } from "./database-errors.ts";

/** An error as a driver makes it: a message, and facts beside it. */
const fault = (facts: object) => Object.assign(new Error("of the driver"), facts);
/** As Prisma hands on an error of its driver adapter. */
const adapted = (cause: object) => fault({ name: "DriverAdapterError", cause });

describe("a transaction that lost to another", () => {
  it.each([
    ["a deadlock", fault({ code: "ER_LOCK_DEADLOCK", errno: 1213 })],
    ["a lock waited for too long", fault({ code: "ER_LOCK_WAIT_TIMEOUT", errno: 1205 })],
    ["a record changed since it was read", fault({ code: "ER_CHECKREAD", errno: 1020 })],
    ["Prisma's own code", fault({ code: "P2034" })],
    ["Prisma at COMMIT", adapted({ kind: "mysql", code: 1213, originalCode: "1213" })],
    ["Prisma at COMMIT, by its kind", adapted({ kind: "TransactionWriteConflict" })],
    [
      "Prisma in a query",
      fault({ code: "P2010", meta: { driverAdapterError: adapted({ originalCode: "1020" }) } }),
    ],
    ["one that is the cause of another", new Error("outer", { cause: fault({ errno: 1213 }) })],
  ])("is told by %s", (_, error) => {
    expect(isConflict(error)).toBe(true);
    expect(isUnavailable(error)).toBe(false);
    expect(isDuplicate(error)).toBe(false);
  });
});

describe("a database that cannot be reached", () => {
  it.each([
    ["nobody listens", fault({ code: "ECONNREFUSED", errno: -111 })],
    ["it was cut off", fault({ code: "PROTOCOL_CONNECTION_LOST", fatal: true })],
    ["anything after which the connection is useless", fault({ fatal: true })],
    ["the socket is not there", fault({ code: "ENOENT", syscall: "connect" })],
    ["a statement has no answer", fault({ code: "PROTOCOL_SEQUENCE_TIMEOUT" })],
    ["it is shutting down", fault({ code: "ER_SERVER_SHUTDOWN", errno: 1053 })],
    ["its disk is full", fault({ code: "ER_DISK_FULL", errno: 1021 })],
    ["it has too many clients", fault({ code: "ER_CON_COUNT_ERROR", errno: 1040 })],
    ["Prisma loses it at COMMIT", adapted({ kind: "mysql", code: 45009, originalCode: "45009" })],
    ["Prisma cannot connect", fault({ code: "P1001" })],
    ["Prisma's pool has none left", fault({ code: "P2024" })],
    ["Prisma's adapter cannot connect", adapted({ kind: "DatabaseNotReachable" })],
  ])("is told by this: %s", (_, error) => {
    expect(isUnavailable(error)).toBe(true);
    expect(isConflict(error)).toBe(false);
  });
});

describe("a row that is there already", () => {
  it.each([
    ["the driver's number", fault({ code: "ER_DUP_ENTRY", errno: 1062 })],
    ["Prisma's code", fault({ code: "P2002" })],
  ])("is told by %s", (_, error) => {
    expect(isDuplicate(error)).toBe(true);
    expect(isConflict(error)).toBe(false);
    expect(isUnavailable(error)).toBe(false);
  });
});

describe("anything else", () => {
  const endless = fault({});
  endless.cause = endless;

  it.each([
    ["an error of ours", new Error("of ours")],
    ["a refused statement", fault({ code: "ER_CONSTRAINT_FAILED", errno: 4025 })],
    ["a syntax error", fault({ code: "ER_PARSE_ERROR", errno: 1064 })],
    ["an error that is its own cause", endless],
    ["no code", fault({ code: undefined, errno: undefined })],
    ["text", "ECONNREFUSED"],
    ["a number", 1213],
    ["nothing", undefined],
    ["null", null],
  ])("is none of them: %s", (_, error) => {
    expect([isConflict(error), isUnavailable(error), isDuplicate(error)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
