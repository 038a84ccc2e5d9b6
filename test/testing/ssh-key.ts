import ssh2 from "ssh2";

/**
 * A pair of Ed25519 keys as OpenSSH writes them. The library leaves out what it takes for padding: about one pair in a hundred is a byte
 * short, and cannot be read again.
 */
export function sshKeyPair(): { readonly public: string; readonly private: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519");
    const blob = Buffer.from(pair.public.split(" ")[1] ?? "", "base64");
    if (blob.length === 51 && !(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
