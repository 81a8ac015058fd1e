curl --location 'http://127.0.0.1:8000/ingestion' \
--header 'Content-Type: application/json' \
--data '{
  "id": "363294be-37e5-482f-b7fd-5a1be84c2713",
  "target_url": "https://webhook.site8932893892239/bd60ff53-14c3-4246-b363-0d7e4cbbbb28"
}'
####
curl --location 'http://127.0.0.1:8000/subscription/363294be-37e5-482f-b7fd-5a1be84c2713' \
--header 'Content-Type: application/json'
####
curl --location --request PUT 'http://127.0.0.1:8000/subscription' \
--header 'Content-Type: application/json' \
--data '{
    "id": "f24feb54-b101-4431-a46c-41e4e15fc9e1",
  "name": "anshu"
}'
####
curl --location --request DELETE 'http://127.0.0.1:8000/subscription/12096dc0-27b9-47b1-989a-22b105dfbe5f' \
--header 'Content-Type: application/json'
####
curl --location 'http://127.0.0.1:8000/ingestion' \
--header 'Content-Type: application/json' \
--data '{
  "id": "363294be-37e5-482f-b7fd-5a1be84c2713",
  "target_url": "https://webhook.site8932893892239/bd60ff53-14c3-4246-b363-0d7e4cbbbb28"
}'
