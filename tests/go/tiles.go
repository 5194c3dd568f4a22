package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var errMissing = errors.New("not there")

// served reads a log as C2SP tlog-tiles lays it out, from a URL or a folder.
type served struct{ prefix string }

func (log served) read(path string) ([]byte, error) {
	if !strings.HasPrefix(log.prefix, "http") {
		data, err := os.ReadFile(log.prefix + "/" + path)
		if errors.Is(err, os.ErrNotExist) {
			return nil, errMissing
		}
		return data, err
	}
	answer, err := http.Get(log.prefix + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusNotFound {
		return nil, errMissing
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	cached := answer.Header.Get("Cache-Control")
	if path == "checkpoint" != !strings.Contains(cached, "immutable") {
		return nil, fmt.Errorf("%s: Cache-Control is %q", path, cached)
	}
	return data, nil
}

func (log served) Height() int { return tileHeight }

func (log served) SaveTiles([]tlog.Tile, [][]byte) {}

func (log served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := log.read(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", tile.Path(), err)
		}
		found = append(found, data)
	}
	return found, nil
}

// checkServed proves every step-th record of a served log, and every record of its entry bundles.
func checkServed(prefix, keyFile string, step int64) error {
	verifiers, _, err := readKeys(keyFile)
	if err != nil {
		return err
	}
	log := served{prefix}
	signed, err := log.read("checkpoint")
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	opened, err := note.Open(signed, verifiers)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	tree, origin, err := parseTree(opened.Text)
	if err != nil {
		return err
	}
	stored := tlog.TileHashReader(tree, log)
	var proved, bundled int64
	for index := int64(0); index < tree.N; index += step {
		leaf, err := stored.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(tree.N, index, stored)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf[0]); err != nil {
			return fmt.Errorf("record %d: %w", index, err)
		}
		proved++
	}
	for index := int64(0); index < tree.N; index += 1 << tileHeight {
		width := tree.N - index
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		tile := tlog.Tile{H: tileHeight, L: 0, N: index >> tileHeight, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		bundle, err := log.read(path)
		if errors.Is(err, errMissing) {
			continue
		}
		if err != nil {
			return err
		}
		for number := index; number < index+int64(tile.W); number++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("%s ends before record %d", path, number)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			leaf, err := stored.ReadHashes([]int64{tlog.StoredHashIndex(0, number)})
			if err != nil {
				return err
			}
			if tlog.RecordHash(bundle[2:end]) != leaf[0] {
				return fmt.Errorf("record %d: %s was altered", number, path)
			}
			bundle = bundle[end:]
			bundled++
		}
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"origin": origin, "size": tree.N, "proved": proved, "bundled": bundled,
	})
}
