import ssh2 from "ssh2";
import type { Context } from "#platform/context";
import { hash, seal, unseal } from "#platform/crypto";
import { DatabaseError } from "#platform/database";
import { findHostSleutel, insertHostSleutel } from "./store.ts";

const plaats = "dropserver hostsleutel";

/** The key by which packages recognise us: made at the very first start, the same on every node. */
export async function openHostSleutel(
  ctx: Context,
): Promise<{ readonly prive: string; readonly publiek: string; readonly vingerafdruk: string }> {
  let row = await findHostSleutel(ctx);
  if (!row) {
    const { private: prive, public: publiek } = makeKeyPair();
    await insertHostSleutel(ctx, publiek.trim(), seal(ctx.keys.geheimen, prive, plaats));
    row = await findHostSleutel(ctx); // of the node that was first
  }
  const prive = row && unseal(ctx.keys.geheimen, row.prive_versleuteld, plaats);
  if (!prive)
    throw new DatabaseError(
      "De hostsleutel van de dropserver gaat niet open met deze hoofdsleutel. Zet de LEERID_HOOFDSLEUTEL terug waarmee hij gemaakt is.",
    );
  const bytes = Buffer.from(row?.publiek.split(" ")[1] ?? "", "base64");
  return {
    prive: prive.toString("utf8"),
    publiek: row?.publiek ?? "",
    vingerafdruk: `SHA256:${hash(bytes).toString("base64").replace(/=+$/, "")}`,
  };
}

/** The library drops a zero at the begin of a key, one in some three hundred: such a pair cannot be read again. */
function makeKeyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const paar = ssh2.utils.generateKeyPairSync("ed25519", { comment: "" });
    if (!(ssh2.utils.parseKey(paar.private) instanceof Error)) return paar;
  }
}
