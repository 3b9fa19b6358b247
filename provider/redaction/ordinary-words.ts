// Words that devices, Esper and this package use about certificates. Where a secret is a part of such a word, a text that
// has the word says nothing about the secret; to hide the word would tell everyone that it is the secret. Pure.

const ordinaryWords: readonly string[] = `
  password passphrase passwords certificate certificates credential credentials keystore truststore keychain android esper
  device devices install installs installed installation uninstall uninstalled removed removal remove alias failed failure
  success successful command commands pkcs12 pkcs#12 private public storage invalid incorrect wrong cannot could open opened
  opens parse parsed encrypted encryption decrypt decrypted decryption error reason unknown locked expired secret client
  server timeout cancelled canceled network offline online security operation permission policy permitted support supported
  unsupported system user users file files data base64 value values request response token tokens queue queued pending
  scheduled acknowledged progress initiated manager service enterprise group groups tenant with from this that have has will
  your does done what when then than there their they them into onto been were also only more most some such each both very
  just after before again about other could would should must none null true false undefined empty missing found read write
  last next time times date year name names code message details because while until where which without within under over
  change changes changed content rollout rolled trigger triggers wave waves retry retries raise cause fix target program
  resource another reaches reach sent send sends sending runs interrupted keep keeps stays stay until updated overwrites
  overwriting continues finished unfinished schedule window minute minutes hours member members join joined left leaves
  an by in is it no of on or to at as its has had having denied full busy rejected refused bad value type format empty
  near free space simulator memory full internal external disk card the and for not was are but one two three four five
`
  .trim()
  .split(/\s+/);

const words: ReadonlySet<string> = new Set(ordinaryWords);
const all = `\n${ordinaryWords.join("\n")}\n`;

/** @param piece in lower case, of four characters or more */
export function isPartOfOrdinaryWord(piece: string): boolean {
  return all.includes(piece);
}

/** Made of nothing but such words: it may be shown also where it is not known what the device was sent. */
export function isOrdinary(text: string): boolean {
  return (text.toLowerCase().match(/[^\s.,:;!?'"()]+/g) ?? []).every((word) => words.has(word));
}
