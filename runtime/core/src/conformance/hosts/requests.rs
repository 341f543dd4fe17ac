//! What a handler sees of a request, and a caller of its answer.

use anyhow::ensure;
use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::site::{Site, acme};
use super::{Kept, equal};
use crate::conformance::probe::{Act, TIMEOUT_SECONDS};
use crate::ports::Principal;

/// A status, headers and a body.
type Reply<'a> = (u16, &'a [(&'a str, &'a str)], &'a [u8]);

fn message(text: &str) -> Value {
    json!({ "message": text })
}

fn body(answer: &http::Response<bytes::Bytes>) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(answer.body())?)
}

/// H1: names are lower-case; a header that comes several times is one.
pub async fn headers_are_lower_case_and_repeated_ones_are_joined(site: &Site) -> Kept {
    let headers =
        [("X-Mixed-Case", "One, two"), ("x-again", "1"), ("x-again", "2"), ("X-Again", "3")];
    let answer = site.post("/echo/acme/h1", &headers, "").await?;
    let seen = body(&answer)?;
    equal(&seen["headers"]["x-mixed-case"], &json!(["One, two"]))?;
    equal(&seen["headers"]["x-again"], &json!(["1,2,3"]))
}

/// H1: the query comes as it was written.
pub async fn a_query_is_handed_on_untouched(site: &Site) -> Kept {
    for query in ["a=1&a=2&b=x%20y+z&c=%2F&d", "A=%C3%A9&=&&a=b=c", "q=%7B%22a%22%3A1%7D"] {
        let seen = body(&site.post(&format!("/echo/acme/h1?{query}"), &[], "").await?)?;
        equal(&seen["query"], &json!(query))?;
    }
    let seen = body(&site.post("/echo/acme/h1", &[], "").await?)?;
    equal(&seen["query"], &json!(""))
}

/// H2: a request's cookies are one header; each of an answer's is a header of its own.
pub async fn cookies_arrive_whole_in_both_directions(site: &Site) -> Kept {
    let cookies = [("cookie", "a=1; b=2,3"), ("cookie", "c=\"x\"")];
    let seen = body(&site.post("/echo/acme/h2", &cookies, "").await?)?;
    equal(&seen["headers"]["cookie"], &json!(["a=1; b=2,3; c=\"x\""]))?;
    let set = ["a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2; HttpOnly"];
    let headers = set.map(|value| ("set-cookie".to_owned(), value.to_owned())).to_vec();
    let answer = site.ask("h2", &[Act::Reply { status: 200, headers, hex: String::new() }]).await?;
    let got = answer.headers().get_all(header::SET_COOKIE).iter().map(|value| value.as_bytes());
    equal(&got.collect::<Vec<_>>(), &set.map(str::as_bytes).to_vec())
}

/// H3: a body is its bytes, whatever they say they are.
pub async fn a_body_arrives_to_the_byte_whatever_its_type(site: &Site) -> Kept {
    let all: Vec<u8> = (0..=255).collect();
    let bodies: [(&str, &[u8]); 8] = [
        ("application/octet-stream", &all),
        // What looks encoded is not to be decoded once more.
        ("application/octet-stream", b"aGVsbG8="),
        ("application/json", b"{\"b\" : 1e2,\r\n\"a\":\"\xc3\xa9\"}\n"),
        ("text/plain; charset=latin1", b"\xe9\xff"),
        ("application/json", b"\x80 is not UTF-8"),
        ("application/x-www-form-urlencoded", b"payload=%7B%7D&a=b+c"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\ncontent-disposition: form-data; name=\"f\"\r\n\r\n\x00\xff\r\n--x--\r\n",
        ),
        ("text/plain", b""),
    ];
    for (content_type, bytes) in bodies {
        let headers = [("content-type", content_type)];
        let answer = site.post("/echo/acme/h3", &headers, bytes.to_vec()).await?;
        let seen = body(&answer)?;
        equal(&seen["body"], &json!(hex::encode(bytes)))?;
        equal(&seen["headers"]["content-type"], &json!([content_type]))?;
    }
    let seen = body(&site.post("/echo/acme/h3", &[], all.clone()).await?)?;
    equal(&seen["body"], &json!(hex::encode(all)))
}

/// H4: an answer is what the handler made of it, to the byte.
pub async fn an_answer_is_the_handlers_status_headers_and_bytes(site: &Site) -> Kept {
    let all: Vec<u8> = (0..=255).collect();
    let answers: [Reply<'_>; 5] = [
        (200, &[("content-type", "application/json")], b"{\"a\" : 1}"),
        (201, &[("location", "/x"), ("x-two", "a"), ("x-two", "b")], b"made"),
        (204, &[], b""),
        (404, &[("content-type", "text/plain")], b"no such thing"),
        (418, &[("content-type", "image/png")], &all),
    ];
    for (status, headers, bytes) in answers {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers_sent = headers.iter().map(owned).collect();
        let reply = Act::Reply { status, headers: headers_sent, hex: hex::encode(bytes) };
        let answer = site.ask("h4", &[reply]).await?;
        equal(&(answer.status().as_u16(), answer.body().as_ref()), &(status, bytes))?;
        for (name, _) in headers {
            let got = answer.headers().get_all(*name).iter().filter_map(|v| v.to_str().ok());
            // Several headers of one name may be one with commas: the same to who reads them.
            let got = got.collect::<Vec<_>>().join(",");
            let sent = headers.iter().filter(|(other, _)| other == name).map(|(_, value)| *value);
            equal(&got.replace(", ", ","), &sent.collect::<Vec<_>>().join(","))?;
        }
    }
    Ok(())
}

/// H5: what a caller learns of each way to fail, and no word more.
pub async fn a_failure_is_answered_without_its_reason_unless_it_is_the_callers(
    site: &Site,
) -> Kept {
    let secret = "the password is hunter2";
    let reject = |say: &str| Act::Reject { say: say.to_owned() };
    let ways = [
        ("reject", reject("no such field"), StatusCode::BAD_REQUEST, "no such field"),
        (
            "fault",
            Act::Fault { say: secret.into() },
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal Server Error",
        ),
        ("retry", Act::Fail, StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        ("panic", Act::Panic, StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
    ];
    for (name, act, status, text) in ways {
        let put = Act::Put { key: "h5".into(), value: json!(1) };
        let answer = site.ask(name, &[put, act]).await?;
        equal(&(answer.status(), body(&answer)?), &(status, message(text)))?;
        equal(&answer.headers()[header::CONTENT_TYPE].to_str()?, &"application/json")?;
        let again = answer.headers().get(header::RETRY_AFTER).is_some();
        equal(&again, &(status == StatusCode::SERVICE_UNAVAILABLE))?;
        equal(&site.attempts(name)?, &vec![1])?;
    }
    equal(&site.thing("h5").await?, &None)
}

/// H7: a handler that overruns is answered for, and has done nothing.
pub async fn a_request_that_takes_too_long_is_answered_and_has_no_effect(site: &Site) -> Kept {
    let put = Act::Put { key: "h7".into(), value: json!(1) };
    let began = std::time::Instant::now();
    let answer = site.ask("h7", &[put, Act::OverrunFirst { times: 1 }]).await?;
    let took = began.elapsed().as_secs();
    equal(&(answer.status(), body(&answer)?), &{
        (StatusCode::SERVICE_UNAVAILABLE, message("Service Unavailable"))
    })?;
    ensure!((TIMEOUT_SECONDS - 1..TIMEOUT_SECONDS + 20).contains(&took), "it took {took} s");
    equal(&site.thing("h7").await?, &None)
}

/// H5: no route, no handler.
pub async fn a_path_that_is_no_route_is_not_found(site: &Site) -> Kept {
    for target in
        ["/", "/echo", "/echo/acme", "/echo/acme/a/b", "/Echo/acme/a", "/echo//a", "/echo/acme/"]
    {
        let answer = site.post(target, &[], "{}").await?;
        equal(&(answer.status(), body(&answer)?), &(StatusCode::NOT_FOUND, message("Not Found")))?;
    }
    Ok(())
}

/// H5: no route of this method, no handler. (At home a route of another method is 405, as HTTP has it;
/// an API gateway says 404.)
pub async fn a_method_that_is_no_route_reaches_no_handler(site: &Site) -> Kept {
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let request = http::Request::builder().method(method).uri("/echo/acme/word");
        let answer = site.host.request(request.body(bytes::Bytes::new())?).await?;
        let no = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
        ensure!(no.contains(&answer.status()), "{answer:?}");
    }
    equal(&site.begun("echo", "")?.len(), &0)
}

/// A public route is for tenants, and the system is none.
pub async fn a_path_without_a_tenant_is_unauthorized(site: &Site) -> Kept {
    for name in ["system", "Acme", "a_b", "-a", "%20", &"x".repeat(64)] {
        let answer = site.post(&format!("/echo/{name}/word"), &[], "{}").await?;
        equal(&(answer.status(), body(&answer)?), &{
            (StatusCode::UNAUTHORIZED, message("Unauthorized"))
        })?;
    }
    equal(&site.begun("echo", "")?.len(), &0)
}

/// H8: the address is the connection's, whatever a header says.
pub async fn a_header_does_not_change_the_address_that_a_handler_sees(site: &Site) -> Kept {
    let claims = [("x-forwarded-for", "1.2.3.4"), ("forwarded", "for=1.2.3.4")];
    let seen = body(&site.post("/echo/acme/h8", &claims, "").await?)?;
    equal(&seen["source_ip"], &json!("127.0.0.1"))?;
    equal(&(&seen["method"], &seen["tenant"]), &(&json!("POST"), &json!("acme")))?;
    equal(&seen["attempt"], &json!(1))
}

/// H9: the path as it came; the values in it decoded, once.
pub async fn a_path_is_handed_on_encoded_and_its_values_decoded(site: &Site) -> Kept {
    for (encoded, decoded) in [
        ("a%20b", "a b"),
        ("a%2Fb", "a/b"),
        ("%C3%A9", "é"),
        ("a+b", "a+b"),
        ("%2520", "%20"),
        ("~x.y_z", "~x.y_z"),
    ] {
        let seen = body(&site.post(&format!("/echo/acme/{encoded}"), &[], "").await?)?;
        equal(&seen["path"], &json!(format!("/echo/acme/{encoded}")))?;
        equal(&seen["params"], &json!({"tenant": "acme", "word": decoded}))?;
    }
    Ok(())
}

/// H6: the largest body, and a larger one.
pub async fn a_body_that_is_too_large_is_refused(site: &Site) -> Kept {
    let headers = [("content-type", "text/plain")];
    let large = vec![b'x'; 5_000_000];
    let seen = body(&site.post("/echo/acme/h6", &headers, large.clone()).await?)?;
    equal(&seen["length"], &json!(large.len()))?;
    let answer = site.post("/echo/acme/h6", &headers, vec![b'x'; 7_000_000]).await?;
    equal(&answer.status(), &StatusCode::PAYLOAD_TOO_LARGE)?;
    equal(&site.attempts("h6")?.len(), &1)
}

/// H6: the request line and the headers together.
pub async fn headers_that_are_too_large_are_refused(site: &Site) -> Kept {
    let value = "x".repeat(9_000);
    let answer = site.post("/echo/acme/fits", &[("x-large", &value)], "").await?;
    equal(&answer.status(), &StatusCode::OK)?;
    let value = "x".repeat(10_240);
    let answer = site.post("/echo/acme/large", &[("x-large", &value)], "").await?;
    equal(&answer.status(), &StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)?;
    equal(&site.begun("echo", "")?, &vec!["fits".to_owned()])
}

/// I1, I3: a token says who calls and whose data they see; without a good one there is one answer.
pub async fn a_bearer_route_is_for_who_has_a_good_token(site: &Site) -> Kept {
    let get = |token: Option<String>| {
        let mut request = http::Request::builder().method(Method::GET).uri("/me");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, token);
        }
        request.body(bytes::Bytes::new())
    };
    let roles = vec!["admin".to_owned()];
    let jo = Principal { subject: "jo".to_owned(), tenant: acme(), roles };
    let token = site.host.token(&jo).await?;
    let answer = site.host.request(get(Some(format!("Bearer {token}")))?).await?;
    equal(&answer.status(), &StatusCode::OK)?;
    equal(&serde_json::from_slice::<Principal>(answer.body())?, &jo)?;
    let broken = format!("Bearer {}x", &token[..token.len() - 1]);
    for wrong in [None, Some(String::new()), Some(token), Some(broken), Some("Bearer ".into())] {
        let answer = site.host.request(get(wrong)?).await?;
        equal(&(answer.status(), body(&answer)?), &{
            (StatusCode::UNAUTHORIZED, message("Unauthorized"))
        })?;
    }
    Ok(())
}
