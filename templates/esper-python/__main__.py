"""One certificate on one group of devices, and how far it has come."""

import pulumi
import pulumi_esper as esper

config = pulumi.Config()
group = esper.get_group_output(name=config.get("group") or "Shops")

client = esper.Certificate(
    "corp-client",
    alias="corp-client",
    target={"group": group.id},
    # The file here is a test certificate, and its password is published.
    source={
        "file": pulumi.FileAsset("corp-client.p12"),
        "password": config.get_secret("p12Password") or "changeit",
    },
)

pulumi.export("coverage", client.coverage)
