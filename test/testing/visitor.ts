type Cookie = { readonly name: string; readonly value: string; readonly path: string };

/** A browser as far as sign-in needs one: cookies by path, no redirect followed by itself. */
export type Browser = {
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  post(url: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  cookies: Map<string, Cookie>;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Address of a redirect. */
  readonly location: string | undefined;
  /** Address of the first form on the page. */
  readonly action: string | undefined;
  /** Hidden fields of the page. */
  readonly fields: Record<string, string>;
};

export function browser(start: readonly Cookie[] = []): Browser {
  const cookies = new Map(start.map((cookie) => [`${cookie.path} ${cookie.name}`, cookie]));
  const send = async (url: string, init: RequestInit): Promise<Answer> => {
    const { pathname, origin } = new URL(url);
    const sent = [...cookies.values()]
      .filter(({ path }) => path === "/" || pathname === path || pathname.startsWith(`${path}/`))
      .toSorted((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: { ...(init.headers as Record<string, string>), ...(sent && { cookie: sent }) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf("="));
      const attribute = (wanted: string) =>
        attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
      const path = attribute("path") ?? "/";
      const expires = attribute("expires");
      if (attribute("max-age") === "0" || (expires !== undefined && Date.parse(expires) < Date.now()))
        cookies.delete(`${path} ${name}`);
      else cookies.set(`${path} ${name}`, { name, value: pair.slice(name.length + 1), path });
    }
    const text = await response.text();
    const location = response.headers.get("location");
    const action = /<form[^>]*action="([^"]*)"/.exec(text)?.[1];
    const fields = Object.fromEntries(
      [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [
        unescape(name ?? ""),
        unescape(value ?? ""),
      ]),
    );
    return {
      status: response.status,
      headers: response.headers,
      text,
      location: location === null ? undefined : new URL(location, url).href,
      action: action === undefined ? undefined : new URL(unescape(action), origin).href,
      fields,
    };
  };
  return {
    cookies,
    get: (url, headers = {}) => send(url, { headers }),
    post: (url, form, headers = {}) =>
      send(url, { method: "POST", body: new URLSearchParams(form), headers }),
  };
}

const unescape = (text: string) =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
