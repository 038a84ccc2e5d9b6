import { request } from "node:http";

/** An answer as it came. */
export type Raw = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
};

/** Sends exactly this path, to the letter; a form is a POST. */
export function send(
  origin: string,
  path: string,
  {
    headers = {},
    form,
    method = form === undefined ? "GET" : "POST",
  }: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly form?: string;
    readonly method?: string;
  } = {},
): Promise<Raw> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const req = request(
      {
        ...{ hostname, port, path, method, agent: false },
        headers: {
          ...(form !== undefined && {
            "content-type": "application/x-www-form-urlencoded",
            "content-length": Buffer.byteLength(form),
          }),
          ...headers,
        },
      },
      (res) => {
        let text = "";
        res.on("data", (part: Buffer) => (text += part.toString()));
        res.on("end", () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
      },
    );
    req.on("error", reject);
    req.end(form);
  });
}
