import { connect } from "node:net";

/** Does somebody listen on this port. */
export function isBezet(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host, port });
    const klaar = (bezet: boolean) => {
      socket.destroy();
      resolve(bezet);
    };
    socket.once("connect", () => klaar(true));
    socket.once("error", () => klaar(false));
    socket.setTimeout(1000, () => klaar(false));
  });
}
