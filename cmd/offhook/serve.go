package main

import (
	"context"
	"flag"
	"os"

	"offhook/internal/app"
)

func serve(ctx context.Context, args []string) error {
	f := newFlags("serve", "Serves the widget. docs/configuration.md describes the file and the environment.")
	cfg, done, err := configured(f, args)
	if done || err != nil {
		return err
	}
	return app.RunServe(ctx, cfg)
}

func platform(ctx context.Context, args []string) error {
	f := newFlags("platform", "Serves the local telephone platform. docs/configuration.md describes the file and the environment.")
	cfg, done, err := configured(f, args)
	if done || err != nil {
		return err
	}
	return app.RunPlatform(ctx, cfg)
}

// configured reads the configuration that --config names and the environment.
func configured(f *flag.FlagSet, args []string) (cfg *app.Config, done bool, err error) {
	path := f.String("config", "", "a configuration file (YAML); without it the environment alone counts")
	dir := f.String("dir", "", "the data folder, over data_dir of the file")
	if done, err := parse(f, args); done {
		return nil, true, err
	}
	if cfg, err = app.LoadConfig(*path, os.Environ()); err != nil {
		return nil, true, err
	}
	if *dir != "" {
		cfg.DataDir = *dir
	}
	return cfg, false, nil
}
