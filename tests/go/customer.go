package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type ownRecord struct {
	Index int64    `json:"index"`
	Bytes []byte   `json:"bytes"`
	Proof [][]byte `json:"proof"`
}

// about is what a record's own bytes say of whom it is about; its label in the file proves nothing.
type about struct {
	Organization string `json:"organization_id"`
}

type ownReport struct {
	Origin  string `json:"origin"`
	Size    int64  `json:"size"`
	Records int64  `json:"records"`
	Files   int    `json:"files"`
}

// checkCustomer checks one customer's export: the signature, the inclusion proof of each record and
// whose it is, which needs nothing of the others' records but the hashes in the proofs; and the
// signed manifest, by which no record was left out and no file altered.
func checkCustomer(folder, organization string) error {
	verifiers, _, err := readKeys(filepath.Join(folder, "keys"))
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	opened, err := note.Open(signed, verifiers)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	tree, origin, err := parseTree(opened.Text)
	if err != nil {
		return err
	}
	done := ownReport{Origin: origin, Size: tree.N}
	if done.Records, err = checkOwn(filepath.Join(folder, "records.ndjson"), tree, organization); err != nil {
		return err
	}
	if done.Files, err = checkManifest(folder, verifiers, done); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(done)
}

func checkOwn(path string, tree tlog.Tree, organization string) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	var records int64
	for before := int64(-1); lines.Scan(); records++ {
		var record ownRecord
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			return 0, err
		}
		proof, err := hashesOf(record.Proof)
		if err != nil {
			return 0, err
		}
		leaf := tlog.RecordHash(record.Bytes)
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, record.Index, leaf); err != nil {
			return 0, fmt.Errorf("record %d: %w", record.Index, err)
		}
		var said about
		if err := json.Unmarshal(record.Bytes, &said); err != nil || said.Organization != organization {
			return 0, fmt.Errorf("record %d belongs to somebody else", record.Index)
		}
		if record.Index <= before {
			return 0, fmt.Errorf("record %d comes twice or too late", record.Index)
		}
		before = record.Index
	}
	return records, lines.Err()
}

// checkManifest compares the files with what the log's key signed: title, origin, size, records, and
// a line with the SHA-256 of each file.
func checkManifest(folder string, verifiers note.Verifiers, done ownReport) (int, error) {
	signed, err := os.ReadFile(filepath.Join(folder, "manifest"))
	if err != nil {
		return 0, err
	}
	opened, err := note.Open(signed, verifiers)
	if err != nil {
		return 0, fmt.Errorf("manifest: %w", err)
	}
	lines := strings.Split(strings.TrimSuffix(opened.Text, "\n"), "\n")
	if len(lines) < 4 || lines[0] != "export of an audit log" || lines[1] != done.Origin {
		return 0, errors.New("the manifest is not one of this log's exports")
	}
	if lines[2] != strconv.FormatInt(done.Size, 10) || lines[3] != strconv.FormatInt(done.Records, 10) {
		return 0, fmt.Errorf("%s records of %s were exported, not %d of %d", lines[3], lines[2], done.Records, done.Size)
	}
	for _, line := range lines[4:] {
		name, digest, _ := strings.Cut(line, " ")
		want, err := base64.StdEncoding.DecodeString(digest)
		if err != nil {
			return 0, err
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return 0, err
		}
		if have := sha256.Sum256(data); !bytes.Equal(want, have[:]) {
			return 0, fmt.Errorf("%s is not the file that was exported", name)
		}
	}
	return len(lines) - 4, nil
}
