//! Sends every vector of a file to the example service, and must get each back equal:
//! `vectors ADDRESS FILE`, such as `vectors localhost:50051 ../vectors.json`.
//!
//! prost has no JSON of protobuf, so that only the serialized form of a vector is used.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clients::stubs::vectors::v1::vectors_service_client::VectorsServiceClient;
use clients::stubs::vectors::v1::{EchoRequest, Everything};
use prost::Message;
use serde_json::{Value, json};
use tonic::transport::{Channel, Endpoint};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, file] = arguments.as_slice() else {
        return Err("usage: vectors ADDRESS FILE".into());
    };
    let vectors: Vec<Value> = serde_json::from_slice(&std::fs::read(file)?)?;
    let channel = Endpoint::from_shared(format!("http://{address}"))?
        .timeout(Duration::from_secs(10))
        .connect()
        .await?;
    let mut service = VectorsServiceClient::new(channel);
    let mut failed = Vec::new();
    for vector in &vectors {
        if let Err(error) = check(&mut service, vector).await {
            eprintln!("{}: {error}", vector["name"]);
            failed.push(&vector["name"]);
        }
    }
    println!("{}", json!({"vectors": vectors.len(), "failed": failed}));
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn check(service: &mut VectorsServiceClient<Channel>, vector: &Value) -> Outcome<()> {
    let wire = STANDARD.decode(vector["wire"].as_str().ok_or("wire is no text")?)?;
    let sent = Everything::decode(wire.as_slice())?;
    let request = EchoRequest { value: Some(sent.clone()) };
    let response = service.echo(request).await?.into_inner();
    // `!=` takes 0 and -0 for equal
    if response.result.as_ref() != Some(&sent) {
        return Err(format!("sent {sent:?}, got {:?}", response.result).into());
    }
    Ok(())
}
