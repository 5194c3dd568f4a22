// Command verify checks an export of the audit log with the packages that check Go's module log:
// nothing of the help desk's own code takes part.
//
//	verify check EXPORT PROOFS   signature, every record, every tile and the proofs in the file PROOFS
//	verify customer FOLDER ORGANIZATION   signature and every proof of one customer's export
//	verify tiles URL KEYS        signature, proofs and records of a log that is served, or lies in a folder
//	verify sign                  sign the text of standard input with the key in the variable SIGNING_KEY
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight  = 8
	witnessType = 4
)

type entry struct {
	Index    int64  `json:"index"`
	Bytes    []byte `json:"bytes"`
	LeafHash []byte `json:"leaf_hash"`
}

type proofs struct {
	Inclusion []struct {
		Index int64    `json:"index"`
		Size  int64    `json:"size"`
		Proof [][]byte `json:"proof"`
	} `json:"inclusion"`
	Consistency []struct {
		Old   int64    `json:"old"`
		New   int64    `json:"new"`
		Proof [][]byte `json:"proof"`
	} `json:"consistency"`
}

type report struct {
	Origin       string `json:"origin"`
	Size         int64  `json:"size"`
	Records      int64  `json:"records"`
	Tiles        int    `json:"tiles"`
	Inclusion    int    `json:"inclusion"`
	Consistency  int    `json:"consistency"`
	Cosignatures int    `json:"cosignatures"`
	Archived     int64  `json:"archived"`
}

func main() {
	var err error
	switch {
	case len(os.Args) == 4 && os.Args[1] == "check":
		err = check(os.Args[2], os.Args[3])
	case len(os.Args) == 4 && os.Args[1] == "customer":
		err = checkCustomer(os.Args[2], os.Args[3])
	case len(os.Args) == 4 && os.Args[1] == "tiles":
		err = checkServed(os.Args[2], os.Args[3], 97)
	case len(os.Args) == 2 && os.Args[1] == "sign":
		err = sign()
	default:
		err = errors.New("usage: verify check EXPORT PROOFS | verify customer FOLDER ORGANIZATION | verify tiles URL KEYS | verify sign")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func sign() error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(os.Getenv("SIGNING_KEY"))
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(signed)
	return err
}

func check(folder, proofFile string) error {
	var done report
	verifiers, witnesses, err := readKeys(filepath.Join(folder, "keys"))
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
	done.Origin, done.Size = origin, tree.N
	if done.Cosignatures, err = checkCosignatures(opened, witnesses); err != nil {
		return err
	}
	stored := tlog.TileHashReader(tree, exportTiles(folder))
	archived, err := readArchives(filepath.Join(folder, "archives"), verifiers)
	if err != nil {
		return err
	}
	done.Archived = archived
	rebuilt, records, err := checkRecords(filepath.Join(folder, "entries.ndjson"), stored, archived)
	if err != nil {
		return err
	}
	done.Records = records
	if root, err := tlog.TreeHash(tree.N, rebuilt); err != nil || root != tree.Hash {
		return fmt.Errorf("the records have another root than the checkpoint: %v", err)
	}
	if done.Tiles, err = checkTiles(folder, tree.N, rebuilt); err != nil {
		return err
	}
	return checkProofs(proofFile, rebuilt, stored, &done)
}

// readArchives answers how many first records signed statements say to be in bundles of their own.
func readArchives(path string, verifiers note.Verifiers) (int64, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var covered int64
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var signed string
		if err := json.Unmarshal([]byte(line), &signed); err != nil {
			return 0, err
		}
		opened, err := note.Open([]byte(signed), verifiers)
		if err != nil {
			return 0, fmt.Errorf("archive: %w", err)
		}
		said := strings.Split(opened.Text, "\n")
		if len(said) != 7 || said[0] != "archive of an audit log" {
			return 0, errors.New("archive: not the statement of an archive")
		}
		first, err := strconv.ParseInt(said[2], 10, 64)
		if err != nil || first > covered {
			return 0, fmt.Errorf("archive: no statement covers record %d", covered)
		}
		if covered, err = strconv.ParseInt(said[3], 10, 64); err != nil {
			return 0, err
		}
	}
	return covered, nil
}

type witness struct {
	name string
	key  ed25519.PublicKey
}

// readKeys reads verifier keys; those of witnesses are of a type that package note does not know.
func readKeys(path string) (note.Verifiers, map[string]witness, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	var logs []note.Verifier
	witnesses := map[string]witness{}
	for _, line := range strings.Fields(string(text)) {
		parts := strings.SplitN(line, "+", 3)
		if len(parts) != 3 {
			return nil, nil, fmt.Errorf("not a key: %s", line)
		}
		material, err := base64.StdEncoding.DecodeString(parts[2])
		if err != nil {
			return nil, nil, err
		}
		if material[0] != witnessType {
			verifier, err := note.NewVerifier(line)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", line, err)
			}
			logs = append(logs, verifier)
			continue
		}
		id := sha256.Sum256(append([]byte(parts[0]+"\n"), material...))
		if fmt.Sprintf("%x", id[:4]) != parts[1] {
			return nil, nil, fmt.Errorf("the key of %s has another id", parts[0])
		}
		witnesses[parts[0]+"+"+parts[1]] = witness{parts[0], ed25519.PublicKey(material[1:])}
	}
	return note.VerifierList(logs...), witnesses, nil
}

// checkCosignatures checks cosignature/v1 of each known witness; a false one is an error.
func checkCosignatures(opened *note.Note, witnesses map[string]witness) (int, error) {
	count := 0
	for _, signature := range opened.UnverifiedSigs {
		known, ok := witnesses[fmt.Sprintf("%s+%08x", signature.Name, signature.Hash)]
		if !ok {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(signature.Base64)
		if err != nil || len(raw) != 4+8+ed25519.SignatureSize {
			return 0, fmt.Errorf("the cosignature of %s is no timestamped signature", known.name)
		}
		seconds := binary.BigEndian.Uint64(raw[4:12])
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, opened.Text)
		if !ed25519.Verify(known.key, []byte(message), raw[12:]) {
			return 0, fmt.Errorf("the cosignature of %s is false", known.name)
		}
		count++
	}
	return count, nil
}

func parseTree(text string) (tlog.Tree, string, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, "", errors.New("the checkpoint has too few lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, "", err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, lines[0], err
}

// checkRecords hashes every record and compares it with its hash in the file and, authenticated
// against the checkpoint, with that in the tiles. It answers all hashes of the tree, computed anew.
func checkRecords(path string, stored tlog.HashReader, archived int64) (tlog.HashReader, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	var hashes []tlog.Hash
	rebuilt := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for at, index := range indexes {
			if index >= int64(len(hashes)) {
				return nil, fmt.Errorf("no stored hash %d", index)
			}
			found[at] = hashes[index]
		}
		return found, nil
	})
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	var number int64
	for ; lines.Scan(); number++ {
		var record entry
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			return nil, 0, err
		}
		leaf := tlog.RecordHash(record.Bytes)
		if number < archived && len(record.Bytes) == 0 && len(record.LeafHash) == tlog.HashSize {
			// Its bytes are in a bundle; its hash is compared with the tree like any other.
			copy(leaf[:], record.LeafHash)
		}
		if record.Index != number || !bytes.Equal(leaf[:], record.LeafHash) {
			return nil, 0, fmt.Errorf("record %d is not what its hash says", number)
		}
		added, err := tlog.StoredHashesForRecordHash(number, leaf, rebuilt)
		if err != nil {
			return nil, 0, err
		}
		hashes = append(hashes, added...)
	}
	if err := lines.Err(); err != nil {
		return nil, 0, err
	}
	return rebuilt, number, compareLeaves(number, rebuilt, stored)
}

// compareLeaves compares the leaf hashes of the records with those of the tiles, a tile at a time.
func compareLeaves(size int64, rebuilt, stored tlog.HashReader) error {
	for start := int64(0); start < size; start += 1 << tileHeight {
		var indexes []int64
		for number := start; number < size && number < start+1<<tileHeight; number++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, number))
		}
		mine, err := rebuilt.ReadHashes(indexes)
		if err != nil {
			return err
		}
		theirs, err := stored.ReadHashes(indexes)
		if err != nil {
			return fmt.Errorf("records from %d on: %w", start, err)
		}
		if !equal(mine, theirs) {
			return fmt.Errorf("a record from %d on is not in the tiles", start)
		}
	}
	return nil
}

// checkTiles makes every tile anew and compares it byte for byte with the file.
func checkTiles(folder string, size int64, rebuilt tlog.HashReader) (int, error) {
	count := 0
	for _, tile := range lastTiles(tlog.NewTiles(tileHeight, 0, size)) {
		want, err := tlog.ReadTileData(tile, rebuilt)
		if err != nil {
			return 0, err
		}
		path := tilePath(tile)
		have, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(want, have) {
			return 0, fmt.Errorf("%s has other bytes", path)
		}
		count++
	}
	files := 0
	err := filepath.Walk(filepath.Join(folder, "tile"), func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.IsDir() && info.Name() == "entries" {
			return filepath.SkipDir
		}
		if err == nil && !info.IsDir() {
			files++
		}
		return err
	})
	if err == nil && files != count {
		err = fmt.Errorf("%d tiles are expected, %d are there", count, files)
	}
	return count, err
}

// lastTiles keeps the widest of the tiles with one place.
func lastTiles(tiles []tlog.Tile) []tlog.Tile {
	widest := map[[2]int64]int{}
	for at, tile := range tiles {
		place := [2]int64{int64(tile.L), tile.N}
		if before, ok := widest[place]; !ok || tiles[before].W < tile.W {
			widest[place] = at
		}
	}
	var kept []tlog.Tile
	for at, tile := range tiles {
		if widest[[2]int64{int64(tile.L), tile.N}] == at {
			kept = append(kept, tile)
		}
	}
	return kept
}

func checkProofs(path string, rebuilt, stored tlog.HashReader, done *report) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var given proofs
	if err := json.Unmarshal(text, &given); err != nil {
		return err
	}
	for _, each := range given.Inclusion {
		want, err := tlog.ProveRecord(each.Size, each.Index, rebuilt)
		if err != nil {
			return err
		}
		proof, err := hashesOf(each.Proof)
		if err != nil || !equal(want, proof) {
			return fmt.Errorf("the inclusion proof of %d in %d differs", each.Index, each.Size)
		}
		root, err := tlog.TreeHash(each.Size, rebuilt)
		if err != nil {
			return err
		}
		leaf, err := stored.ReadHashes([]int64{tlog.StoredHashIndex(0, each.Index)})
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, each.Size, root, each.Index, leaf[0]); err != nil {
			return err
		}
		done.Inclusion++
	}
	for _, each := range given.Consistency {
		want, err := tlog.ProveTree(each.New, each.Old, rebuilt)
		if err != nil {
			return err
		}
		proof, err := hashesOf(each.Proof)
		if err != nil || !equal(want, proof) {
			return fmt.Errorf("the consistency proof of %d in %d differs", each.Old, each.New)
		}
		before, err := tlog.TreeHash(each.Old, rebuilt)
		if err != nil {
			return err
		}
		after, err := tlog.TreeHash(each.New, rebuilt)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, each.New, after, each.Old, before); err != nil {
			return err
		}
		done.Consistency++
	}
	return json.NewEncoder(os.Stdout).Encode(done)
}

func hashesOf(raw [][]byte) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(raw))
	for at, each := range raw {
		if copy(found[at][:], each) != tlog.HashSize || len(each) != tlog.HashSize {
			return nil, errors.New("a hash has not 32 bytes")
		}
	}
	return found, nil
}

func equal(one, other []tlog.Hash) bool {
	if len(one) != len(other) {
		return false
	}
	for at := range one {
		if one[at] != other[at] {
			return false
		}
	}
	return true
}

// exportTiles reads the tiles of an export.
type exportTiles string

func (folder exportTiles) Height() int { return tileHeight }

func (folder exportTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(tiles))
	for at, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(folder), tilePath(tile)))
		if err != nil {
			return nil, err
		}
		found[at] = data
	}
	return found, nil
}

func (folder exportTiles) SaveTiles([]tlog.Tile, [][]byte) {}

// tilePath is the path of C2SP tlog-tiles, which leaves out the height that Go's own layout names.
func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
}
