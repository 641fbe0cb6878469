// A program that uses the library, for the compiler alone. What must not pass is marked.
import { ConsensusForgeError, open, presets } from "consensusforge";
import type { Command, Frame, Scenario, View } from "consensusforge";

const scenario: Scenario = {
  seed: 7n,
  validators: [
    { name: "a", stake: 100 },
    { name: "b", stake: 2n ** 60n },
  ],
  network: { loss_ppm: 1000, latency: { uniform: { min_us: 1, max_us: 2n } } },
};
const run = await open(scenario);
await open("happy");
await open(run.scenario());
await open({ consensusforge: 1, scenario });

const command: Command = { crash: { validator: "a" } };
run.apply(command);
run.apply("heal");
run.apply({ set_adversary: { who: { count: 1 }, strategy: "silent" } });

const frame: Frame = run.view();
const height: bigint = frame.metrics.height;
const kind: "holds" | "violated" | "stalled" = frame.verdicts[0]!.kind;
const seed: bigint = run.scenario().seed;
const came: View.Advance = run.advance(1_000_000, 10n);
const ids: string[] = (await presets()).map((preset) => preset.id);
run.contract.execute({ contract: "forge1", msg: { transfer: { amount: "1" } }, funds: [{ denom: "forge", amount: 1 }] });
run.contract.query({ contract: "forge1", msg: new Uint8Array(4), validator: "a", height: 3 });
console.log(height, kind, seed, came, ids);

try {
  run.step("height");
} catch (error) {
  if (error instanceof ConsensusForgeError && error.kind === "freed") run.free();
}

// @ts-expect-error: there is no such field
await open({ seeds: 1 });
// @ts-expect-error: there is no such command
run.apply({ explode: {} });
// @ts-expect-error: a validator has a name
run.apply({ crash: { validator: 1 } });
// @ts-expect-error: not a unit
run.step("day");
// @ts-expect-error: 64-bit numbers are BigInt
const small: number = frame.now_us;
// @ts-expect-error: runs are opened
new (run.constructor as typeof import("consensusforge").Run)();
export { small };
