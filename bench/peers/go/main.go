// silenceper/wechat (https://github.com/silenceper/wechat), as its page says: a line of JSON asks, a line of JSON answers.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/miniprogram"
	miniConfig "github.com/silenceper/wechat/v2/miniprogram/config"
	"github.com/silenceper/wechat/v2/officialaccount"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/silenceper/wechat/v2/util"
)

type question struct {
	ID     int               `json:"id"`
	Method string            `json:"method"`
	Args   []json.RawMessage `json:"args"`
}

type answer struct {
	ID    int `json:"id"`
	Value any `json:"value"`
}

type account struct {
	AppID     string `json:"appid"`
	AppSecret string `json:"appsecret"`
}

type outgoing struct {
	OpenID     string                               `json:"openid"`
	TemplateID string                               `json:"templateId"`
	Data       map[string]*message.TemplateDataItem `json:"data"`
}

type thrown struct {
	Message    string `json:"message"`
	Stack      string `json:"stack"`
	Properties string `json:"properties"`
}

// What came of a call: what it answered, or all that its error shows; an error of Go has no stack.
type told struct {
	Msgid  string  `json:"msgid,omitempty"`
	Answer string  `json:"answer,omitempty"`
	Thrown *thrown `json:"thrown,omitempty"`
}

var official *officialaccount.OfficialAccount
var mini *miniprogram.MiniProgram

func main() {
	lines := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for line, err := lines.ReadBytes('\n'); err == nil; line, err = lines.ReadBytes('\n') {
		asked := parse[question](line)
		must(answers.Encode(answer{asked.ID, run(asked)}))
	}
}

func run(asked question) any {
	switch asked.Method {
	case "open":
		return open(parse[string](asked.Args[0]), parse[map[string]account](asked.Args[1]))
	case "login":
		return login(parse[string](asked.Args[0]))
	default:
		return sendAll(parse[[]outgoing](asked.Args[0]))
	}
}

// A new client, which knows no token; WeChat's address is fixed in the SDK, which has a hook for it.
func open(url string, accounts map[string]account) any {
	util.SetURIModifier(func(uri string) string { return strings.Replace(uri, "https://api.weixin.qq.com", url, 1) })
	wc := wechat.NewWechat()
	memory := cache.NewMemory()
	its := accounts["official"]
	official = wc.GetOfficialAccount(&config.Config{AppID: its.AppID, AppSecret: its.AppSecret, Cache: memory})
	its = accounts["mini"]
	mini = wc.GetMiniProgram(&miniConfig.Config{AppID: its.AppID, AppSecret: its.AppSecret, Cache: memory})
	return struct{}{}
}

func login(code string) told {
	session, err := mini.GetAuth().Code2Session(code)
	if err != nil {
		return failed(err)
	}
	text, err := json.Marshal(session)
	must(err)
	return told{Answer: string(text)}
}

// All at once.
func sendAll(messages []outgoing) []told {
	all := make([]told, len(messages))
	var sending sync.WaitGroup
	for at, it := range messages {
		sending.Add(1)
		go func(at int, it outgoing) {
			defer sending.Done()
			all[at] = send(it)
		}(at, it)
	}
	sending.Wait()
	return all
}

func send(it outgoing) told {
	msgid, err := official.GetTemplate().Send(&message.TemplateMessage{ToUser: it.OpenID, TemplateID: it.TemplateID, Data: it.Data})
	if err != nil {
		return failed(err)
	}
	return told{Msgid: strconv.FormatInt(msgid, 10)}
}

func failed(err error) told {
	return told{Thrown: &thrown{Message: err.Error(), Properties: fmt.Sprintf("%#v", err)}}
}

func parse[T any](text []byte) T {
	var value T
	must(json.Unmarshal(text, &value))
	return value
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
