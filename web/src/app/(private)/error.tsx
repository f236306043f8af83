"use client";

// Within the private frame, so that entries still to be saved outlive the page that failed.
export { default } from "../error.tsx";
