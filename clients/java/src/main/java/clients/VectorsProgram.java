package clients;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.vectors.v1.EchoRequest;
import com.vectors.v1.Everything;
import com.vectors.v1.VectorsServiceGrpc;
import com.vectors.v1.VectorsServiceGrpc.VectorsServiceBlockingStub;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Sends every vector of a file to the example service, and must get each back equal. */
public final class VectorsProgram {
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 2) {
      System.err.println("usage: VectorsProgram ADDRESS FILE");
      System.exit(2);
    }
    JsonArray vectors =
        JsonParser.parseString(Files.readString(Path.of(arguments[1]))).getAsJsonArray();
    ManagedChannel channel =
        Grpc.newChannelBuilder(arguments[0], InsecureChannelCredentials.create()).build();
    VectorsServiceBlockingStub service = VectorsServiceGrpc.newBlockingStub(channel);
    List<String> failed = new ArrayList<>();
    try {
      for (JsonElement vector : vectors) {
        String name = vector.getAsJsonObject().get("name").getAsString();
        String problem = problem(service, vector.getAsJsonObject());
        if (problem != null) {
          System.err.println(name + ": " + problem);
          failed.add(name);
        }
      }
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("vectors", vectors.size());
    line.put("failed", failed);
    System.out.println(new Gson().toJson(line));
    System.exit(failed.isEmpty() ? 0 : 1);
  }

  /** What is wrong with a vector, or null. */
  private static String problem(VectorsServiceBlockingStub service, JsonObject vector) {
    try {
      // not from its JSON: JsonFormat reads -0.0 as 0.0
      byte[] wire = Base64.getDecoder().decode(vector.get("wire").getAsString());
      Everything sent = Everything.parseFrom(wire);
      Everything got =
          service
              .withDeadlineAfter(10, TimeUnit.SECONDS)
              .echo(EchoRequest.newBuilder().setValue(sent).build())
              .getResult();
      return same(sent, got) ? null : "sent " + sent + ", got " + got;
    } catch (Exception error) {
      return error.toString();
    }
  }

  /** Whether two messages are the same bytes, the entries of their maps in order. */
  private static boolean same(Message left, Message right) throws IOException {
    return Arrays.equals(serialized(left), serialized(right));
  }

  private static byte[] serialized(Message message) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    message.writeTo(out);
    out.flush();
    return bytes.toByteArray();
  }
}
