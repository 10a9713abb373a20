package clients;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.rpc.Code;
import com.users.v1.Role;
import com.users.v1.User;
import com.users.v1.UsersCreateRequest;
import com.users.v1.UsersFindRequest;
import com.users.v1.UsersRenameRequest;
import com.users.v1.UsersServiceGrpc;
import com.users.v1.UsersServiceGrpc.UsersServiceBlockingStub;
import com.users.v1.UsersWatchRequest;
import com.users.v1.UsersWatchResponse;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Calls the example service of users and prints one JSON object for each step. */
public final class UsersProgram {
  private static final Gson JSON = new GsonBuilder().serializeNulls().create();
  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 1) {
      System.err.println("usage: UsersProgram ADDRESS");
      System.exit(2);
    }
    ManagedChannel channel =
        Grpc.newChannelBuilder(arguments[0], InsecureChannelCredentials.create()).build();
    try {
      UsersServiceBlockingStub users = UsersServiceGrpc.newBlockingStub(channel);
      User user = create(users);
      watch(users, user.getId());
      watchTooLong(users, user.getId());
      findNobody(users);
      sendMetadata(users, user.getId());
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  /** Unary. */
  private static User create(UsersServiceBlockingStub users) {
    UsersCreateRequest request =
        UsersCreateRequest.newBuilder()
            .setEmail("ann@example.com")
            .setRole(Role.ROLE_EDITOR)
            .addTags("a")
            .addTags("b")
            .build();
    User user = soon(users).usersCreate(request).getResult();
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("id", user.getId());
    shown.put("email", user.getEmail());
    shown.put("role", user.getRole().name());
    shown.put("tags", List.copyOf(user.getTagsList()));
    show("unary", Map.of("user", shown));
    return user;
  }

  /** Server streaming: the user as it is, and again when it has a nickname. */
  private static void watch(UsersServiceBlockingStub users, long id) {
    List<String> nicknames = new ArrayList<>();
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(
        () -> {
          Iterator<UsersWatchResponse> stream =
              soon(users).usersWatch(UsersWatchRequest.newBuilder().setUserId(id).build());
          nicknames.add(nickname(stream.next().getResult()));
          soon(users)
              .usersRename(
                  UsersRenameRequest.newBuilder().setUserId(id).setNickname("annie").build());
          nicknames.add(nickname(stream.next().getResult()));
        });
    context.cancel(null); // ends the stream, which would go on for ever
    show("stream", Map.of("nicknames", nicknames));
  }

  private static String nickname(User user) {
    return user.hasNickname() ? user.getNickname() : null;
  }

  /** A deadline that passes. */
  private static void watchTooLong(UsersServiceBlockingStub users, long id) {
    try {
      Iterator<UsersWatchResponse> stream =
          users
              .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
              .usersWatch(UsersWatchRequest.newBuilder().setUserId(id).build());
      while (stream.hasNext()) {
        stream.next();
      }
    } catch (StatusRuntimeException error) {
      show("deadline", Map.of("status", error.getStatus().getCode().name()));
    }
  }

  /** An error with details: a google.rpc.Status in `grpc-status-details-bin`. */
  private static void findNobody(UsersServiceBlockingStub users)
      throws InvalidProtocolBufferException {
    try {
      soon(users).usersFind(UsersFindRequest.newBuilder().setUserId(1L << 32).build());
    } catch (StatusRuntimeException error) {
      com.google.rpc.Status status = StatusProto.fromThrowable(error);
      Map<String, Object> details = new LinkedHashMap<>();
      for (Any packed : status.getDetailsList()) {
        if (packed.is(Struct.class)) {
          packed
              .unpack(Struct.class)
              .getFieldsMap()
              .forEach((name, value) -> details.put(name, (long) value.getNumberValue()));
        }
      }
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("status", Code.forNumber(status.getCode()).name());
      shown.put("message", status.getMessage());
      shown.put("details", details);
      show("error", shown);
    }
  }

  /** Metadata of the request, and of the end of the response. */
  private static void sendMetadata(UsersServiceBlockingStub users, long id) {
    Metadata sent = new Metadata();
    sent.put(REQUEST_ID, "java-1");
    AtomicReference<Metadata> headers = new AtomicReference<>();
    AtomicReference<Metadata> trailers = new AtomicReference<>();
    soon(users)
        .withInterceptors(
            MetadataUtils.newAttachHeadersInterceptor(sent),
            MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
        .usersFind(UsersFindRequest.newBuilder().setUserId(id).build());
    show("metadata", Map.of("request_id", trailers.get().get(REQUEST_ID)));
  }

  private static UsersServiceBlockingStub soon(UsersServiceBlockingStub users) {
    return users.withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  private static void show(String step, Map<String, Object> values) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.putAll(values);
    System.out.println(JSON.toJson(line));
  }
}
