// The page at the simulator's origin: one document, which loads nothing and whose only script is this package's own.
// It holds no data: what it shows, its script asks of /_simulator/view and puts in as text, never as markup.

import { hash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { pageBody } from "./body";
import { pageScript } from "./script";
import { pageStyle } from "./style";

const document = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated Esper tenant</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'%3E%3Cpath fill='%231f8a5b' d='M0 0h4v4H0zm5 0h4v4H5zM0 5h4v4H0z'/%3E%3Cpath fill='%23c9303e' d='M5 5h4v4H5z'/%3E%3C/svg%3E">
<style>${pageStyle}</style>
</head>
${pageBody}
<script>${pageScript}</script>
</html>
`;

function sha256(text: string): string {
  return `'sha256-${hash("sha256", text, "base64")}'`;
}

/** The browser runs and asks for nothing else, whatever a device's name may hold, and no other website frames the page. */
const policy = [
  "default-src 'none'",
  `script-src ${sha256(pageScript)}`,
  `style-src ${sha256(pageStyle)}`,
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

export function sendPage(response: ServerResponse): void {
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
  response.writeHead(200, headers).end(document);
}
