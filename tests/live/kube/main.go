// Command kube is the Kubernetes of the live tests in one program, made of Kubernetes' own modules.
//
// Takes the name of a part and its flags, as the part itself has them. Nothing in here pretends: only the nodes and what
// runs on them are simulated, by the part kwok and the stages that up.sh gives it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

// Each part is made only when it is asked for: they register flags of the same names.
var parts = map[string]func() *cobra.Command{
	"apiserver":          apiserver.NewAPIServerCommand,
	"controller-manager": controllers.NewControllerManagerCommand,
	"scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"etcd":               etcdCommand,
	"kwok":               kwokCommand,
	"kubectl":            kubectlCommand,
}

func main() {
	if len(os.Args) > 1 {
		if make, ok := parts[os.Args[1]]; ok {
			os.Args = append(os.Args[:1], os.Args[2:]...)
			os.Exit(cli.Run(make()))
		}
	}
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(os.Stderr, "usage: %s %s [flags]\n", filepath.Base(os.Args[0]), strings.Join(names, "|"))
	os.Exit(2)
}
