// The page's script: what others do in the tenant: a certificate command of another client, a group that is taken away.

export const otherScript = `
byId("other").addEventListener("submit", (event) => {
  event.preventDefault();
  const command = byId("other-command").value;
  const alias = byId("other-alias").value;
  const label = byId("other-label").value || null;
  void order("/commands", { command, alias, label, groups: [byId("other-group").value] }, "Another client has sent " + command + " " + alias + ".");
});
byId("other-remove").addEventListener("click", () => {
  const id = byId("other-group").value;
  void order("/groups/" + id, { remove: true }, pathOf(id) + " is gone; its contents have moved up.");
});
`;
