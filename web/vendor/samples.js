// Contracts to start from, in AssemblyScript; those in WebAssembly text are the page's own modules.
import counter from "./samples/counter.ts";
import guestbook from "./samples/guestbook.ts";
import poll from "./samples/poll.ts";
import tipJar from "./samples/tip_jar.ts";

/// Name and text, in pairs.
export const samples = ["counter", counter, "guestbook", guestbook, "tip jar", tipJar, "poll", poll];
