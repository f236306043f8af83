import * as z from "zod";

// Compiled validators need `eval`, which the policy forbids; even asking whether it is there is reported.
// This file runs before any schema is made.
z.config({ jitless: true });
