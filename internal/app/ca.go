package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Files of the local certificate authority.
const (
	caFile    = "ca.pem"
	caKeyFile = "ca-key.pem"
)

// A CA is the data folder's own certificate authority. It signs for loopback
// only, so that released clients, which insist on https, can be pointed at
// the local platform.
type CA struct {
	File string // the certificate, PEM, for clients to trust
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// LoadCA reads the folder's authority and makes one (key mode 0600) when
// there is none or it ends within a year.
func LoadCA(dir string, now time.Time) (*CA, error) {
	ca := &CA{File: filepath.Join(dir, caFile)}
	err := ca.read(filepath.Join(dir, caKeyFile))
	if errors.Is(err, fs.ErrNotExist) || err == nil && ca.cert.NotAfter.Before(now.AddDate(1, 0, 0)) {
		err = ca.make(filepath.Join(dir, caKeyFile), now)
	}
	if err != nil {
		return nil, fmt.Errorf("loading the local certificate authority: %w", err)
	}
	return ca, nil
}

func (ca *CA) read(keyPath string) error {
	certDER, err := readPEM(ca.File)
	if err != nil {
		return err
	}
	keyDER, err := readPEM(keyPath)
	if err != nil {
		return err
	}
	if ca.cert, err = x509.ParseCertificate(certDER); err != nil {
		return err
	}
	ca.key, err = x509.ParseECPrivateKey(keyDER)
	return err
}

func (ca *CA) make(keyPath string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Offhook local authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
		// A browser that trusts it must not trust it for anything else.
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"localhost"},
		PermittedIPRanges: []*net.IPNet{
			{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
			{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
		},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(keyPath, "EC PRIVATE KEY", keyDER, 0o600); err != nil {
		return err
	}
	if err := writePEM(ca.File, "CERTIFICATE", der, 0o644); err != nil {
		return err
	}
	ca.key = key
	ca.cert, err = x509.ParseCertificate(der)
	return err
}

// ServerTLS returns a configuration with a fresh certificate for loopback
// names and the given address.
func (ca *CA) ServerTLS(addr string, now time.Time) (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	ips := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	if host, _, err := net.SplitHostPort(addr); err == nil {
		if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() && !slices.ContainsFunc(ips, ip.Equal) {
			ips = append(ips, ip)
		}
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Offhook local platform"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: ips,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, &key.PublicKey, ca.key)
	if err != nil {
		return nil, fmt.Errorf("signing a certificate: %w", err)
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: [][]byte{der, ca.cert.Raw}, PrivateKey: key}},
	}, nil
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return n
}

func readPEM(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s is damaged; remove it, and a new one is made", path)
	}
	return block.Bytes, nil
}

func writePEM(path, kind string, der []byte, mode fs.FileMode) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
