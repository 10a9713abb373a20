//! Calls the example service of users: `users ADDRESS`, such as `users localhost:50051`.
//! Prints one JSON object for each step.

use std::error::Error;
use std::time::Duration;

use clients::stubs::users::v1::users_service_client::UsersServiceClient;
use clients::stubs::users::v1::{
    Role, User, UsersCreateRequest, UsersFindRequest, UsersRenameRequest, UsersWatchRequest,
};
use prost::Message;
use prost_types::Struct;
use prost_types::value::Kind;
use serde_json::{Map, Value, json};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status, TimeoutExpired};

type Users = UsersServiceClient<Channel>;
type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let address = std::env::args().nth(1).ok_or("usage: users ADDRESS")?;
    let channel = Endpoint::from_shared(format!("http://{address}"))?
        .timeout(Duration::from_secs(10))
        .connect()
        .await?;
    let mut users = UsersServiceClient::new(channel);
    let user = create(&mut users).await?;
    watch(&mut users, user.id).await?;
    watch_too_long(&mut users, user.id).await?;
    find_nobody(&mut users).await?;
    send_metadata(&mut users, user.id).await
}

/// Unary.
async fn create(users: &mut Users) -> Outcome<User> {
    let request = UsersCreateRequest {
        email: "ann@example.com".into(),
        role: Some(Role::Editor.into()),
        tags: vec!["a".into(), "b".into()],
    };
    let response = users.users_create(request).await?;
    let user = response.into_inner().result.ok_or("no user came back")?;
    let role = user.role().as_str_name();
    println!(
        "{}",
        json!({"step": "unary", "user": {
            "id": user.id, "email": user.email, "role": role, "tags": user.tags,
        }})
    );
    Ok(user)
}

/// Server streaming: the user as it is, and again when it has a nickname.
async fn watch(users: &mut Users, user_id: i64) -> Outcome<()> {
    let request = within(Duration::from_secs(10), UsersWatchRequest { user_id });
    let mut stream = users.users_watch(request).await?.into_inner();
    let mut nicknames = Vec::new();
    while let Some(response) = stream.message().await? {
        nicknames.push(response.result.ok_or("no user came back")?.nickname);
        if nicknames.len() == 2 {
            break; // dropping the stream ends it
        }
        let nickname = Some("annie".into());
        let rename = UsersRenameRequest { user_id, nickname };
        users.users_rename(rename).await?;
    }
    println!("{}", json!({"step": "stream", "nicknames": nicknames}));
    Ok(())
}

/// A deadline that passes.
async fn watch_too_long(users: &mut Users, user_id: i64) -> Outcome<()> {
    let request = within(Duration::from_millis(200), UsersWatchRequest { user_id });
    let Err(status) = read_all(users, request).await else {
        return Err("the stream ended before the deadline".into());
    };
    println!("{}", json!({"step": "deadline", "status": name(code(&status))}));
    Ok(())
}

async fn read_all(users: &mut Users, request: Request<UsersWatchRequest>) -> Result<(), Status> {
    let mut stream = users.users_watch(request).await?.into_inner();
    while stream.message().await?.is_some() {}
    Ok(())
}

/// An error with details: a `google.rpc.Status` in `grpc-status-details-bin`.
async fn find_nobody(users: &mut Users) -> Outcome<()> {
    let request = UsersFindRequest { user_id: 1 << 32 };
    let Err(status) = users.users_find(request).await else {
        return Err("the user was found".into());
    };
    println!(
        "{}",
        json!({
            "step": "error",
            "status": name(code(&status)),
            "message": status.message(),
            "details": details(&status)?,
        })
    );
    Ok(())
}

/// Metadata of the request, and of the end of the response.
async fn send_metadata(users: &mut Users, user_id: i64) -> Outcome<()> {
    let mut request = Request::new(UsersFindRequest { user_id });
    request.metadata_mut().insert("x-request-id", "rust-1".parse()?);
    // tonic puts both ends of a unary response's metadata together
    let response = users.users_find(request).await?;
    let request_id = response.metadata().get("x-request-id").map(|value| value.to_str());
    println!("{}", json!({"step": "metadata", "request_id": request_id.transpose()?}));
    Ok(())
}

/// A request whose deadline is sent along, so that the service keeps it too.
fn within<T>(deadline: Duration, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(deadline);
    request
}

/// The members of the `google.protobuf.Struct` among the details.
fn details(status: &Status) -> Outcome<Value> {
    let decoded = tonic_types::Status::decode(status.details())?;
    let mut found = Map::new();
    for packed in decoded.details {
        if packed.type_url.ends_with("/google.protobuf.Struct") {
            let members = Struct::decode(packed.value.as_slice())?.fields.into_iter();
            found.extend(members.map(|(name, value)| (name, scalar(value.kind))));
        }
    }
    Ok(found.into())
}

fn scalar(kind: Option<Kind>) -> Value {
    match kind {
        Some(Kind::NumberValue(number)) => json!(number),
        Some(Kind::StringValue(text)) => json!(text),
        Some(Kind::BoolValue(truth)) => json!(truth),
        _ => Value::Null,
    }
}

/// The code of a status; where tonic's own clock ended the call, tonic says `Cancelled`.
fn code(status: &Status) -> Code {
    let mut source = status.source();
    while let Some(error) = source {
        if error.is::<TimeoutExpired>() {
            return Code::DeadlineExceeded;
        }
        source = error.source();
    }
    status.code()
}

/// gRPC's name of a code: `NotFound` is `NOT_FOUND`.
fn name(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}
