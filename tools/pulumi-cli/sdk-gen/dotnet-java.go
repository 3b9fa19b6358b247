//go:build dotnet_java

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	javagen "github.com/pulumi/pulumi-java/pkg/codegen/java"
	dotnetgen "github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func generate(language string, pkg *schema.Package) (map[string][]byte, error) {
	switch language {
	case "dotnet":
		// The generator fetches a picture for the package from a public address; an empty one from here does.
		picture := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		defer picture.Close()
		pkg.LogoURL = picture.URL
		return dotnetgen.GeneratePackage(tool, pkg, nil, nil)
	case "java":
		return javagen.GeneratePackage(tool, pkg, nil, nil, true, false)
	}
	return nil, fmt.Errorf("there is no generator for %q", language)
}
