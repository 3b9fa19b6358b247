// One certificate on one group of devices, and how far it has come.
package main

import (
	"example.com/pulumi-esper/sdk/go/esper"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		name := settings.Get("group")
		if name == "" {
			name = "Shops"
		}
		group, err := esper.GetGroup(ctx, &esper.GetGroupArgs{Name: &name})
		if err != nil {
			return err
		}

		// The file here is a test certificate, and its password is published.
		password := pulumi.String("changeit").ToStringOutput()
		if settings.Get("p12Password") != "" {
			password = settings.GetSecret("p12Password")
		}
		client, err := esper.NewCertificate(ctx, "corp-client", &esper.CertificateArgs{
			Alias:  pulumi.String("corp-client"),
			Target: &esper.CertificateTargetArgs{Group: pulumi.String(group.Id)},
			Source: &esper.CertificateSourceArgs{
				File:     pulumi.NewFileAsset("corp-client.p12"),
				Password: password,
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("coverage", client.Coverage)
		return nil
	})
}
