// Sends every vector of a file to the example service, and must get each back equal:
// `vectors ADDRESS FILE`, such as `vectors localhost:50051 ../vectors.json`.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	vectorsv1 "example.com/clients/gen/vectors/v1"
)

type vector struct {
	Name  string
	Value json.RawMessage // in protobuf's JSON
	Wire  []byte          // the same, serialized
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: vectors ADDRESS FILE")
	}
	text, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(text, &vectors); err != nil {
		log.Fatalf("%s: %v", os.Args[2], err)
	}
	connection, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	service := vectorsv1.NewVectorsServiceClient(connection)
	failed := []string{}
	for _, one := range vectors {
		if err := check(service, one); err != nil {
			log.Printf("%s: %v", one.Name, err)
			failed = append(failed, one.Name)
		}
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"vectors": len(vectors), "failed": failed})
	if len(failed) > 0 {
		os.Exit(1)
	}
}

func check(service vectorsv1.VectorsServiceClient, one vector) error {
	sent := &vectorsv1.Everything{}
	if err := protojson.Unmarshal(one.Value, sent); err != nil {
		return err
	}
	serialized := &vectorsv1.Everything{}
	if err := proto.Unmarshal(one.Wire, serialized); err != nil {
		return err
	}
	if !same(sent, serialized) {
		return fmt.Errorf("value is %v, wire is %v", sent, serialized)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	response, err := service.Echo(ctx, &vectorsv1.EchoRequest{Value: sent})
	if err != nil {
		return err
	}
	if !same(sent, response.Result) {
		return fmt.Errorf("sent %v, got %v", sent, response.Result)
	}
	return nil
}

// same compares serialized messages: proto.Equal takes 0 and -0 for equal.
func same(left, right proto.Message) bool {
	deterministic := proto.MarshalOptions{Deterministic: true}
	one, err := deterministic.Marshal(left)
	other, problem := deterministic.Marshal(right)
	return err == nil && problem == nil && bytes.Equal(one, other)
}
