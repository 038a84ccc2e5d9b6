export { asset } from "./assets.ts";
export type { AssetName } from "./assets.ts";
export { document } from "./document.ts";
export type { DocumentInput, Site } from "./document.ts";
export {
  formatChoice,
  formatDate,
  formatDateTime,
  formatList,
  formatNearDay,
  formatNumber,
  formatTime,
  formatWait,
} from "./format.ts";
export type { Moment } from "./format.ts";
export { formTargets, pageHeaders, securityHeaders } from "./headers.ts";
export type { SecurityOptions } from "./headers.ts";
export { icon } from "./icons.ts";
export type { IconName } from "./icons.ts";
export { appIcon, hiddenFields, logo, postButton, pupilBar, reference, webUrl, whyAndWho } from "./parts.ts";
export type { AppMark, FooterLink, PostTarget } from "./parts.ts";
export { postedFrom } from "./posted-from.ts";
export { staticAssets } from "./static-files.ts";
export { html, trusted } from "./template.ts";
export type { Html, HtmlValue } from "./template.ts";
