// Calls the example service of users: `users ADDRESS`, such as `users localhost:50051`.
// Prints one JSON object for each step.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"

	usersv1 "example.com/clients/gen/users/v1"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: users ADDRESS")
	}
	connection, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	if err := run(usersv1.NewUsersServiceClient(connection)); err != nil {
		log.Fatal(err)
	}
}

func run(users usersv1.UsersServiceClient) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	user, err := create(ctx, users)
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	if err := watch(ctx, users, user.Id); err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	if err := watchTooLong(ctx, users, user.Id); err != nil {
		return fmt.Errorf("watch until the deadline: %w", err)
	}
	if err := findNobody(ctx, users); err != nil {
		return fmt.Errorf("find nobody: %w", err)
	}
	if err := sendMetadata(ctx, users, user.Id); err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	return nil
}

// Unary.
func create(ctx context.Context, users usersv1.UsersServiceClient) (*usersv1.User, error) {
	response, err := users.UsersCreate(ctx, &usersv1.UsersCreateRequest{
		Email: "ann@example.com",
		Role:  usersv1.Role_ROLE_EDITOR.Enum(),
		Tags:  []string{"a", "b"},
	})
	if err != nil {
		return nil, err
	}
	user := response.Result
	show("unary", values{"user": values{
		"id":    user.Id,
		"email": user.Email,
		"role":  user.GetRole().String(),
		"tags":  user.Tags,
	}})
	return user, nil
}

// Server streaming: the user as it is, and again when it has a nickname.
func watch(ctx context.Context, users usersv1.UsersServiceClient, id int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the stream, which would go on for ever
	stream, err := users.UsersWatch(ctx, &usersv1.UsersWatchRequest{UserId: id})
	if err != nil {
		return err
	}
	before, err := stream.Recv()
	if err != nil {
		return err
	}
	nickname := "annie"
	if _, err := users.UsersRename(ctx, &usersv1.UsersRenameRequest{UserId: id, Nickname: &nickname}); err != nil {
		return err
	}
	after, err := stream.Recv()
	if err != nil {
		return err
	}
	// an optional field is a pointer: nil is unset
	show("stream", values{"nicknames": []*string{before.Result.Nickname, after.Result.Nickname}})
	return nil
}

// A deadline that passes.
func watchTooLong(ctx context.Context, users usersv1.UsersServiceClient, id int64) error {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	stream, err := users.UsersWatch(ctx, &usersv1.UsersWatchRequest{UserId: id})
	for err == nil {
		_, err = stream.Recv()
	}
	if status.Code(err) != codes.DeadlineExceeded {
		return err
	}
	show("deadline", values{"status": code.Code(status.Code(err)).String()})
	return nil
}

// An error with details: a google.rpc.Status in `grpc-status-details-bin`.
func findNobody(ctx context.Context, users usersv1.UsersServiceClient) error {
	_, err := users.UsersFind(ctx, &usersv1.UsersFindRequest{UserId: 1 << 32})
	failed, ok := status.FromError(err)
	if !ok || failed.Code() != codes.NotFound {
		return fmt.Errorf("expected NOT_FOUND, got %v", err)
	}
	details := values{}
	for _, detail := range failed.Details() {
		if fields, ok := detail.(*structpb.Struct); ok {
			details = fields.AsMap()
		}
	}
	show("error", values{
		"status":  code.Code(failed.Code()).String(),
		"message": failed.Message(),
		"details": details,
	})
	return nil
}

// Metadata of the request, and of the end of the response.
func sendMetadata(ctx context.Context, users usersv1.UsersServiceClient, id int64) error {
	ctx = metadata.AppendToOutgoingContext(ctx, "x-request-id", "go-1")
	var trailer metadata.MD
	if _, err := users.UsersFind(ctx, &usersv1.UsersFindRequest{UserId: id}, grpc.Trailer(&trailer)); err != nil {
		return err
	}
	show("metadata", values{"request_id": strings.Join(trailer.Get("x-request-id"), ",")})
	return nil
}

type values map[string]any

func show(step string, found values) {
	found["step"] = step
	line, err := json.Marshal(found)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))
}
