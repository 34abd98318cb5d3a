# An Azure Function with an HTTP trigger: GET ...?database=Test&name=Test answers with the collection and its offer.
# The account's name is in the app setting COSMOS_ACCOUNT; the app's identity needs Cosmos DB Account Reader Role on it.
param($Request, $TriggerMetadata)

Set-StrictMode -Version 3

$response = @{
    Headers = @{ 'Content-Type' = 'application/json' }
}
try {
    $collection = @{
        AccountName = $env:COSMOS_ACCOUNT
        Database    = $Request.Query.database
        Name        = $Request.Query.name
    }
    $response.Body = Get-CosmiCollection @collection -AsJson -ErrorAction Stop
    $response.StatusCode = 200
}
catch {
    # The id is stable, so a caller can branch on it. The text holds no secret.
    $id = $_.FullyQualifiedErrorId.Split(',')[0]
    $codes = @{
        'Cosmi.InvalidArgument' = 400
        'Cosmi.NotFound'        = 404
        'Cosmi.Throttled'       = 429
    }
    $response.StatusCode = 502
    if ($codes.ContainsKey($id)) {
        $response.StatusCode = $codes[$id]
    }
    $response.Body = ConvertTo-Json -InputObject @{ error = $id; message = [string] $_ }
}
Push-OutputBinding -Name Response -Value ([HttpResponseContext] $response)
