// Verifies an export of the audit log with the code behind Go's checksum database, and nothing of casetrack's:
// golang.org/x/mod/sumdb, packages note and tlog. It says which checkpoint holds, or the first thing that does not.
//
// Usage: verify FOLDER POLICY
//
// POLICY is a file of lines "log <verifier key>" and "witness <name> <verifier key>"; every one of them must have signed.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	if err := verify(os.Args[1], os.Args[2]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func verify(folder, policy string) error {
	verifiers, err := believed(policy)
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	opened, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != len(verifiers) {
		return fmt.Errorf("signed by %d of %d", len(opened.Sigs), len(verifiers))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifiers[0].Name() {
		return fmt.Errorf("not a checkpoint of %s", verifiers[0].Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return err
	}
	leaves, err := entries(folder, tlog.Tree{N: size, Hash: root})
	if err != nil {
		return err
	}
	disclosed, err := disclosures(folder, leaves)
	if err != nil {
		return err
	}
	if err := manifest(folder, opened.Text); err != nil {
		return err
	}
	fmt.Printf("holds: %d entries of %s, %d disclosed\n", size, lines[0], disclosed)
	return nil
}

// believed reads the keys of a policy: those of logs are note's own, and those of witnesses are of type 4.
func believed(policy string) ([]note.Verifier, error) {
	written, err := os.ReadFile(policy)
	if err != nil {
		return nil, err
	}
	var found []note.Verifier
	for _, line := range strings.Split(string(written), "\n") {
		said := strings.Fields(line)
		switch {
		case len(said) == 2 && said[0] == "log":
			verifier, err := note.NewVerifier(said[1])
			if err != nil {
				return nil, err
			}
			found = append(found, verifier)
		case len(said) == 3 && said[0] == "witness":
			witness, err := newWitness(said[2])
			if err != nil {
				return nil, err
			}
			found = append(found, witness)
		}
	}
	return found, nil
}

// witness verifies cosignatures (c2sp.org/tlog-cosignature, Ed25519), which are later than this version of note.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newWitness(vkey string) (*witness, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("not a verifier key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, fmt.Errorf("not the key of a witness")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, fmt.Errorf("not the id of that key")
	}
	return &witness{parts[0], hash, key[1:]}, nil
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(text, signature []byte) bool {
	if len(signature) != 72 {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(w.key, []byte(signed), signature[8:])
}

// tiles reads the tiles of the folder for tlog, which checks each against the tree before it uses a hash of it.
type tiles struct{ folder string }

func (t tiles) Height() int                                  { return height }
func (t tiles) SaveTiles(tiles []tlog.Tile, data [][]byte)   {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		// tlog calls the tile "tile/8/..." after its height; c2sp.org/tlog-tiles, whose height is always 8, leaves that out.
		path := "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

// entries are the leaves of every bundle, each of which has, in the tree, the hash that tlog reads through the tiles.
func entries(folder string, tree tlog.Tree) ([][]byte, error) {
	reader := tlog.TileHashReader(tree, tiles{folder})
	var leaves [][]byte
	for start := int64(0); start < tree.N; start += 1 << height {
		width := tree.N - start
		if width > 1<<height {
			width = 1 << height
		}
		// Of a bundle the path is as of a tile of level 0.
		tile := tlog.Tile{H: height, L: 0, N: start >> height, W: int(width)}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			return nil, err
		}
		var indexes []int64
		for number := start; number < start+width; number++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s is too short", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			leaves = append(leaves, data[2:end])
			data = data[end:]
			indexes = append(indexes, tlog.StoredHashIndex(0, number))
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("%s is too long", path)
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return nil, err
		}
		for at, hash := range hashes {
			if tlog.RecordHash(leaves[start+int64(at)]) != hash {
				return nil, fmt.Errorf("entry %d is not the one in the log", start+int64(at))
			}
		}
	}
	return leaves, nil
}

// disclosures counts the payloads, each of which its entry commits to.
func disclosures(folder string, leaves [][]byte) (int, error) {
	file, err := os.Open(filepath.Join(folder, "disclosures.jsonl"))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lines, count := bufio.NewScanner(file), 0
	lines.Buffer(nil, 1<<20)
	for ; lines.Scan(); count++ {
		var said struct {
			Index         int
			Payload, Salt []byte
		}
		if err := json.Unmarshal(lines.Bytes(), &said); err != nil {
			return 0, err
		}
		hash := sha256.New()
		hash.Write([]byte("casetrack/audit-payload/v1\x00"))
		hash.Write(said.Salt)
		binary.Write(hash, binary.BigEndian, uint32(len(said.Payload)))
		hash.Write(said.Payload)
		if said.Index >= len(leaves) || !bytes.Equal(hash.Sum(nil), leaves[said.Index][25:]) {
			return 0, fmt.Errorf("what is disclosed of entry %d is not what it commits to", said.Index)
		}
	}
	return count, lines.Err()
}

// manifest holds the files beside the tree against the list that the maker of the export signed.
func manifest(folder, checkpoint string) error {
	key, err := os.ReadFile(filepath.Join(folder, "signer"))
	if err != nil {
		return err
	}
	signer, err := note.NewVerifier(strings.TrimSuffix(string(key), "\n"))
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(filepath.Join(folder, "manifest"))
	if err != nil {
		return err
	}
	opened, err := note.Open(signed, note.VerifierList(signer))
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(opened.Text, "\n"), "\n")
	if len(lines) < 5 || lines[0] != "casetrack/v1/evidence" || strings.Join(lines[1:4], "\n")+"\n" != checkpoint {
		return fmt.Errorf("the manifest is not of this checkpoint")
	}
	for _, line := range lines[5:] {
		digest, path, _ := strings.Cut(line, "  ")
		content, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			return err
		}
		if fmt.Sprintf("%x", sha256.Sum256(content)) != digest {
			return fmt.Errorf("%s is not the file that the manifest lists", path)
		}
	}
	return nil
}
