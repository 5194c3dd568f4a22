package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type ownRecord struct {
	Index        int64    `json:"index"`
	Organization string   `json:"organization_id"`
	Bytes        []byte   `json:"bytes"`
	Proof        [][]byte `json:"proof"`
}

type ownReport struct {
	Origin  string `json:"origin"`
	Size    int64  `json:"size"`
	Records int64  `json:"records"`
}

// checkCustomer checks the signature of one customer's export and the inclusion proof of each of its
// records, which needs nothing of the others' records but the hashes in the proofs.
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
	file, err := os.Open(filepath.Join(folder, "records.ndjson"))
	if err != nil {
		return err
	}
	defer file.Close()
	done := ownReport{Origin: origin, Size: tree.N}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for ; lines.Scan(); done.Records++ {
		var record ownRecord
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			return err
		}
		if record.Organization != organization {
			return fmt.Errorf("record %d belongs to somebody else", record.Index)
		}
		proof, err := hashesOf(record.Proof)
		if err != nil {
			return err
		}
		leaf := tlog.RecordHash(record.Bytes)
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, record.Index, leaf); err != nil {
			return fmt.Errorf("record %d: %w", record.Index, err)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(done)
}
