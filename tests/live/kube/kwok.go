package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"sigs.k8s.io/kwok/pkg/config"
	"sigs.k8s.io/kwok/pkg/kwok/cmd"
	"sigs.k8s.io/kwok/pkg/log"
	"sigs.k8s.io/kwok/pkg/utils/signals"
)

// kwokCommand is KWOK, which plays the kubelet as the stages in its --config files say.
func kwokCommand() *cobra.Command {
	// It reads its config and the level of its log before cobra sees any flag.
	flags := pflag.NewFlagSet("kwok", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	ctx, _ := log.InitFlags(signals.SetupSignalContext(), flags)
	ctx, err := config.InitFlags(ctx, flags)
	if err != nil {
		return &cobra.Command{RunE: func(*cobra.Command, []string) error { return err }}
	}
	command := cmd.NewCommand(ctx)
	// A version here would add a flag that component-base has already, of another type.
	command.Version = ""
	command.SetContext(ctx)
	command.Flags().AddFlagSet(flags)
	return command
}
