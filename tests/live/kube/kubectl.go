package main

import (
	"github.com/spf13/cobra"
	kubectl "k8s.io/kubectl/pkg/cmd"
)

// kubectlCommand is kubectl, so that the scripts need none on the machine.
func kubectlCommand() *cobra.Command {
	return kubectl.NewDefaultKubectlCommand()
}
