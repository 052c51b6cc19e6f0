// A text gets a text, a follower a welcome, all else nothing, as the page of silenceper/wechat shows it.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/officialaccount/message"
)

type account struct {
	Token          string `json:"token"`
	AppID          string `json:"appid"`
	EncodingAESKey string `json:"encodingAESKey"`
}

func main() {
	var accounts map[string]account
	if err := json.Unmarshal([]byte(os.Getenv("ACCOUNTS")), &accounts); err != nil {
		panic(err)
	}
	wc := wechat.NewWechat()
	for path, it := range accounts {
		settings := config.Config{AppID: it.AppID, Token: it.Token, EncodingAESKey: it.EncodingAESKey, Cache: cache.NewMemory()}
		http.HandleFunc(path, serve(wc.GetOfficialAccount(&settings)))
	}
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func serve(account *officialaccount.OfficialAccount) http.HandlerFunc {
	return func(rw http.ResponseWriter, req *http.Request) {
		server := account.GetServer(req, rw)
		server.SetMessageHandler(replyTo)
		if err := server.Serve(); err != nil {
			fmt.Println(err)
			return
		}
		server.Send()
	}
}

func replyTo(msg *message.MixMessage) *message.Reply {
	switch {
	case msg.MsgType == message.MsgTypeText:
		return &message.Reply{MsgType: message.MsgTypeText, MsgData: message.NewText("you said " + msg.Content)}
	case msg.MsgType == message.MsgTypeEvent && msg.Event == message.EventSubscribe:
		return &message.Reply{MsgType: message.MsgTypeText, MsgData: message.NewText("welcome")}
	}
	return nil
}
