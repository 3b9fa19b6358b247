// Which addresses of a Vault server are accepted. Pure.

/** The rest of a sentence that begins with the argument's name; undefined when the address is good. */
export function addressProblem(address: string): string | undefined {
  const url = URL.parse(address);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return 'must be a URL such as "https://vault.acme.com"';
  }
  if (url.username !== "" || url.password !== "") return "must hold no user or password";
  if (url.pathname.replaceAll("/", "") !== "" || url.search !== "" || url.hash !== "") {
    return "must end with the host or its port; /v1 and what follows is added";
  }
  const isLoopback =
    url.hostname === "localhost" || url.hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/u.test(url.hostname);
  if (url.protocol === "http:" && !isLoopback) {
    return "must begin with https:// (http:// would show the token to the network; it is for a loopback address only)";
  }
  return undefined;
}
