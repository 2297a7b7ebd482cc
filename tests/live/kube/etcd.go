package main

import (
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/embed"
)

// etcdCommand is one etcd without peers, for data that is thrown away: it does not wait for the disk.
func etcdCommand() *cobra.Command {
	var dir string
	var port int
	command := &cobra.Command{
		Use:          "etcd",
		SilenceUsage: true,
		RunE:         func(*cobra.Command, []string) error { return runEtcd(dir, port) },
	}
	command.Flags().StringVar(&dir, "data-dir", "", "folder of the data")
	command.Flags().IntVar(&port, "port", 2379, "port for clients on loopback; the next one is for peers, of which there are none")
	return command
}

func runEtcd(dir string, port int) error {
	local := func(port int) []url.URL {
		return []url.URL{{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", port)}}
	}
	config := embed.NewConfig()
	config.Dir, config.LogLevel, config.UnsafeNoFsync = dir, "warn", true
	config.ListenClientUrls, config.AdvertiseClientUrls = local(port), local(port)
	config.ListenPeerUrls, config.AdvertisePeerUrls = local(port+1), local(port+1)
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	server, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer server.Close()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	select {
	case <-stop:
		return nil
	case err := <-server.Err():
		return err
	}
}
