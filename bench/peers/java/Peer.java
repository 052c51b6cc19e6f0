import cn.binarywang.wx.miniapp.api.impl.WxMaServiceImpl;
import cn.binarywang.wx.miniapp.config.impl.WxMaDefaultConfigImpl;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import me.chanjar.weixin.common.error.WxErrorException;
import me.chanjar.weixin.mp.api.impl.WxMpServiceImpl;
import me.chanjar.weixin.mp.bean.template.WxMpTemplateData;
import me.chanjar.weixin.mp.bean.template.WxMpTemplateMessage;
import me.chanjar.weixin.mp.config.WxMpHostConfig;
import me.chanjar.weixin.mp.config.impl.WxMpDefaultConfigImpl;

/** WxJava (https://github.com/binarywang/WxJava), as its README says: a line of JSON asks, a line of JSON answers. */
public class Peer {
  private static final ExecutorService threads = Executors.newFixedThreadPool(64);
  private static WxMpServiceImpl official;
  private static WxMaServiceImpl mini;

  public static void main(String[] args) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonObject asked = JsonParser.parseString(line).getAsJsonObject();
      JsonObject answer = new JsonObject();
      answer.add("id", asked.get("id"));
      answer.add("value", run(asked.get("method").getAsString(), asked.getAsJsonArray("args")));
      System.out.println(answer);
    }
    System.exit(0);
  }

  private static JsonElement run(String method, JsonArray args) throws Exception {
    if (method.equals("open")) return open(args.get(0).getAsString(), args.get(1).getAsJsonObject());
    if (method.equals("login")) return tell(() -> new Gson().toJson(mini.jsCode2SessionInfo(args.get(0).getAsString())), "answer");
    List<Future<JsonElement>> all = new ArrayList<>();
    for (JsonElement it : args.get(0).getAsJsonArray()) all.add(threads.submit(() -> tell(() -> send(it.getAsJsonObject()), "msgid")));
    JsonArray told = new JsonArray();
    for (Future<JsonElement> it : all) told.add(it.get());
    return told;
  }

  private static JsonElement open(String url, JsonObject accounts) {
    WxMpDefaultConfigImpl config = new WxMpDefaultConfigImpl();
    config.setAppId(textOf(accounts, "official", "appid"));
    config.setSecret(textOf(accounts, "official", "appsecret"));
    config.setHostConfig(WxMpHostConfig.builder().apiHost(url).mpHost(url).openHost(url).build());
    official = new WxMpServiceImpl();
    official.setWxMpConfigStorage(config);
    WxMaDefaultConfigImpl miniConfig = new WxMaDefaultConfigImpl();
    miniConfig.setAppid(textOf(accounts, "mini", "appid"));
    miniConfig.setSecret(textOf(accounts, "mini", "appsecret"));
    miniConfig.setApiHostUrl(url);
    mini = new WxMaServiceImpl();
    mini.setWxMaConfig(miniConfig);
    return new JsonObject();
  }

  private static String textOf(JsonObject accounts, String account, String field) {
    return accounts.getAsJsonObject(account).get(field).getAsString();
  }

  private static String send(JsonObject message) throws WxErrorException {
    List<WxMpTemplateData> data = new ArrayList<>();
    for (String key : message.getAsJsonObject("data").keySet()) {
      data.add(new WxMpTemplateData(key, message.getAsJsonObject("data").getAsJsonObject(key).get("value").getAsString()));
    }
    WxMpTemplateMessage template = WxMpTemplateMessage.builder()
      .toUser(message.get("openid").getAsString())
      .templateId(message.get("templateId").getAsString())
      .data(data)
      .build();
    return official.getTemplateMsgService().sendTemplateMsg(template);
  }

  /** What came of it, or all that the exception shows: its message, and the stack with that of its causes. */
  private static JsonElement tell(Callable<String> call, String name) {
    JsonObject told = new JsonObject();
    try {
      told.addProperty(name, call.call());
    } catch (Throwable error) {
      StringWriter stack = new StringWriter();
      error.printStackTrace(new PrintWriter(stack));
      JsonObject thrown = new JsonObject();
      thrown.addProperty("message", String.valueOf(error.getMessage()));
      thrown.addProperty("stack", stack.toString());
      thrown.addProperty("properties", "");
      told.add("thrown", thrown);
    }
    return told;
  }
}
