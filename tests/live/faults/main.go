// Command faults is a proxy before the API server that does to a client what networks and busy servers do.
//
// It serves TLS with the API server's own certificate and passes on every request with its headers, so whoever comes through
// it must show a token: a client's certificate ends here. What it is to do is told through its control port, one rule a
// request; a rule is spent after as many requests as it says.
//
//	POST /rules   {"method": "PATCH", "path": "/milvuses/", "kind": "answer", "code": 429, "retryAfter": 1, "times": 2}
//	DELETE /rules
//	GET /log      one line for each request: method, path with query, what became of it
//
// Kinds: `refuse` cuts before the API server hears of the request, `cut` after it has answered, `answer` gives a code with a
// Status of Kubernetes, `bare` gives it without, `hang` waits for `seconds` and cuts, `stream` cuts an answer that goes on
// after `seconds`, `gone` ends a watch with the event 410.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// Rule is one fault and the requests that meet it.
type Rule struct {
	Method     string  `json:"method"`
	Path       string  `json:"path"`
	Kind       string  `json:"kind"`
	Code       int     `json:"code"`
	RetryAfter int     `json:"retryAfter"`
	Seconds    float64 `json:"seconds"`
	Times      int     `json:"times"`
}

func (r *Rule) meets(request *http.Request) bool {
	method := r.Method == "" || r.Method == request.Method ||
		r.Method == "WATCH" && request.URL.Query().Get("watch") != ""
	return method && strings.Contains(request.URL.RequestURI(), r.Path)
}

type proxy struct {
	mutex sync.Mutex
	rules []*Rule
	log   []string
	next  *httputil.ReverseProxy
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address for clients")
	control := flag.String("control", "127.0.0.1:0", "address for whoever makes the faults")
	upstream := flag.String("upstream", "", "address of the API server")
	pki := flag.String("pki", "", "folder with ca.crt, server.crt and server.key")
	flag.Parse()
	target, err := url.Parse(*upstream)
	if err != nil {
		log.Fatal(err)
	}
	authority, err := os.ReadFile(*pki + "/ca.crt")
	if err != nil {
		log.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	next := httputil.NewSingleHostReverseProxy(target)
	next.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	next.FlushInterval = -1
	next.ErrorLog = log.New(os.Stderr, "upstream: ", 0)
	// A server that is not there looks to the client as it does without the proxy: the connection ends.
	next.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	p := &proxy{next: next}
	go func() { log.Fatal(http.ListenAndServe(*control, http.HandlerFunc(p.control))) }()
	// HTTP/1 only: a connection that is cut takes one request with it.
	server := &http.Server{
		Addr: *listen, Handler: p, TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	log.Fatal(server.ListenAndServeTLS(*pki+"/server.crt", *pki+"/server.key"))
}

func (p *proxy) control(answer http.ResponseWriter, request *http.Request) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch request.Method + " " + request.URL.Path {
	case "POST /rules":
		rule := &Rule{Times: 1}
		if err := json.NewDecoder(request.Body).Decode(rule); err != nil {
			http.Error(answer, err.Error(), http.StatusBadRequest)
			return
		}
		p.rules = append(p.rules, rule)
	case "DELETE /rules":
		p.rules = nil
	case "GET /log":
		fmt.Fprintln(answer, strings.Join(p.log, "\n"))
	default:
		http.NotFound(answer, request)
	}
}

// take is the first rule that a request meets, once less.
func (p *proxy) take(request *http.Request) *Rule {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for place, rule := range p.rules {
		if !rule.meets(request) {
			continue
		}
		if rule.Times--; rule.Times <= 0 {
			p.rules = append(p.rules[:place], p.rules[place+1:]...)
		}
		return rule
	}
	return nil
}

func (p *proxy) note(request *http.Request, what string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.log = append(p.log, request.Method+" "+request.URL.RequestURI()+" "+what)
}

// seen remembers the code that the API server gave.
type seen struct {
	http.ResponseWriter
	code int
}

func (s *seen) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

func (s *seen) Flush() { s.ResponseWriter.(http.Flusher).Flush() }

// nowhere takes an answer that nobody gets.
type nowhere struct {
	header http.Header
	code   int
}

func (n *nowhere) Header() http.Header               { return n.header }
func (n *nowhere) Write(content []byte) (int, error) { return len(content), nil }
func (n *nowhere) WriteHeader(code int)              { n.code = code }
func (n *nowhere) Flush()                            {}

func (p *proxy) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	rule := p.take(request)
	if rule == nil {
		seen := &seen{ResponseWriter: answer, code: http.StatusOK}
		defer func() { p.note(request, fmt.Sprint(seen.code)) }()
		p.next.ServeHTTP(seen, request)
		return
	}
	wait := time.Duration(rule.Seconds * float64(time.Second))
	switch rule.Kind {
	case "refuse":
		p.note(request, "refused")
	case "hang":
		p.note(request, "hung")
		time.Sleep(wait)
	case "cut":
		lost := &nowhere{header: http.Header{}, code: http.StatusOK}
		p.next.ServeHTTP(lost, request)
		p.note(request, fmt.Sprintf("%d, answer cut", lost.code))
	case "stream":
		p.note(request, "stream cut")
		ctx, cancel := context.WithTimeout(request.Context(), wait)
		defer cancel()
		p.next.ServeHTTP(answer, request.WithContext(ctx))
	case "gone":
		p.note(request, "gone")
		answer.Header().Set("Content-Type", "application/json")
		status, _ := json.Marshal(status(http.StatusGone, "Expired", "too old resource version"))
		fmt.Fprintf(answer, `{"type":"ERROR","object":%s}`+"\n", status)
		return
	case "answer", "bare":
		p.note(request, fmt.Sprintf("%d made up", rule.Code))
		refuse(answer, rule)
		return
	}
	// The connection ends without another byte.
	panic(http.ErrAbortHandler)
}

func refuse(answer http.ResponseWriter, rule *Rule) {
	if rule.RetryAfter > 0 {
		answer.Header().Set("Retry-After", fmt.Sprint(rule.RetryAfter))
	}
	if rule.Kind == "bare" {
		answer.WriteHeader(rule.Code)
		return
	}
	reasons := map[int]string{
		http.StatusUnauthorized: "Unauthorized", http.StatusForbidden: "Forbidden", http.StatusConflict: "Conflict",
		http.StatusTooManyRequests: "TooManyRequests", http.StatusInternalServerError: "InternalError",
		http.StatusServiceUnavailable: "ServiceUnavailable", http.StatusGatewayTimeout: "Timeout",
	}
	answer.Header().Set("Content-Type", "application/json")
	answer.WriteHeader(rule.Code)
	_ = json.NewEncoder(answer).Encode(status(rule.Code, reasons[rule.Code], http.StatusText(rule.Code)))
}

func status(code int, reason, message string) map[string]any {
	return map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure",
		"message": message, "reason": reason, "code": code,
	}
}
