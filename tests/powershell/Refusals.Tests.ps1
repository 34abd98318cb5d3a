BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator

    function Invoke-Refused {
        # Runs a command whose request is refused, and gives what is said of it.
        param([hashtable] $Match, [hashtable] $Action, [scriptblock] $Script)
        Add-SimulatorFault -Simulator $simulator -Match ($Match + @{ face = 'arm' }) -Action $Action -Times 0
        Invoke-Failing $Script
    }
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'What Azure refuses' {
    BeforeDiscovery {
        # The commands, with the request of each that is refused.
        $commands = @{
            GetAccount    = @{ Match = @{ method = 'GET'; path = '/databaseAccounts' }; Script = { Get-CosmiAccount -SubscriptionId 11111111-2222-3333-4444-555555555555 -ResourceGroupName rg -AccountName myaccount -ErrorAction Stop }; Target = 'myaccount' }
            NewAccount    = @{ Match = @{ method = 'PUT'; path = '/databaseAccounts/newaccount' }; Script = { New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope -ErrorAction Stop }; Target = 'newaccount' }
            RemoveAccount = @{ Match = @{ method = 'DELETE'; path = '/databaseAccounts/myaccount' }; Script = { Remove-CosmiAccount -AccountName myaccount -Confirm:$false -ErrorAction Stop }; Target = 'myaccount' }
            GetKey        = @{ Match = @{ method = 'POST'; path = '/listKeys' }; Script = { Get-CosmiAccountKey -AccountName myaccount -Kind ReadWrite -ErrorAction Stop }; Target = 'myaccount' }
            NewKey        = @{ Match = @{ method = 'POST'; path = '/regenerateKey' }; Script = { New-CosmiAccountKey -AccountName myaccount -Kind Primary -Confirm:$false -ErrorAction Stop }; Target = 'myaccount' }
            NewDatabase   = @{ Match = @{ method = 'PUT'; path = '/sqlDatabases/Sales' }; Script = { New-CosmiDatabase -AccountName myaccount -Name Sales -ErrorAction Stop }; Target = 'Sales' }
            SetThroughput = @{ Match = @{ method = 'PUT'; path = '/throughputSettings' }; Script = { Set-CosmiThroughput -AccountName myaccount -Database Test -Name Test -Throughput 1200 -ErrorAction Stop }; Target = 'Test' }
            Enable        = @{ Match = @{ method = 'PATCH'; path = '/virtualMachines/plainvm' }; Script = { Enable-CosmiIdentity -VMName plainvm -ResourceGroupName rg -ErrorAction Stop }; Target = 'plainvm' }
            Grant         = @{ Match = @{ method = 'PUT'; path = '/roleAssignments/' }; Script = { Grant-CosmiAccess -PrincipalId 33333333-0000-0000-0000-000000000022 -Role Reader -AccountName myaccount -TimeoutSec 3 -ErrorAction Stop }; Target = '33333333-0000-0000-0000-000000000022' }
        }
        # Command, HTTP status, Azure's code and message; error id, category, and what the recommendation says.
        $refusals = @(
            , @('NewAccount', 403, 'RequestDisallowedByPolicy', 'Resource ''newaccount'' was disallowed by policy.', 'Forbidden', 'PermissionDenied', '*Azure Policy*')
            , @('NewAccount', 404, 'SubscriptionNotFound', 'The subscription ''1'' could not be found.', 'NotFound', 'ObjectNotFound', '*check the subscription id*')
            , @('NewAccount', 409, 'ReadOnlyDisabledSubscription', 'The subscription ''1'' is disabled and therefore marked as read only.', 'Conflict', 'ResourceExists', '*reactivated*')
            , @('NewAccount', 409, 'MissingSubscriptionRegistration', 'The subscription is not registered to use namespace ''Microsoft.DocumentDB''.', 'Conflict', 'ResourceExists', '*Register-AzResourceProvider -ProviderNamespace Microsoft.DocumentDB')
            , @('NewAccount', 404, 'ResourceGroupNotFound', 'Resource group ''rg'' could not be found.', 'NotFound', 'ObjectNotFound', '*name of the resource group*')
            , @('NewAccount', 400, 'LocationNotAvailableForResourceType', 'The provided location ''nowhere'' is not available for resource type ''Microsoft.DocumentDB/databaseAccounts''.', 'InvalidArgument', 'InvalidArgument', 'choose a region*')
            , @('NewAccount', 503, 'ServiceUnavailable', 'Sorry, we are currently experiencing high demand in this region, and cannot fulfill your request at this time.', 'Service', 'ResourceUnavailable', 'choose another region*')
            , @('NewAccount', 400, 'BadRequest', 'The maximum number of database accounts for subscription 1 has been reached.', 'Conflict', 'ResourceExists', '*another subscription*')
            , @('NewAccount', 400, 'BadRequest', 'Dns record for newaccount under zone Document is already taken. Please use a different name for the account.', 'Conflict', 'ResourceExists', 'choose another name*')
            , @('GetAccount', 400, 'NoRegisteredProviderFound', 'No registered resource provider found for location ''westeurope'' and API version ''2024-11-15'' for type ''databaseAccounts''.', 'Service', 'ResourceUnavailable', '*-Cloud*')
            , @('GetAccount', 404, 'ResourceNotFound', 'The Resource ''Microsoft.DocumentDB/databaseAccounts/myaccount'' under resource group ''rg'' was not found.', 'NotFound', 'ObjectNotFound', '*account name*')
            , @('RemoveAccount', 409, 'ScopeLocked', 'The scope ''x'' cannot perform delete operation because following scope(s) are locked: ''x''.', 'Conflict', 'ResourceExists', 'remove the lock*')
            , @('GetKey', 409, 'ScopeLocked', 'The scope ''x'' cannot perform write operation because following scope(s) are locked: ''x''.', 'Conflict', 'ResourceExists', '*-Kind ReadOnly*')
            , @('SetThroughput', 403, 'Forbidden', 'Your account is currently configured with a total throughput limit of 1000 RU/s.', 'Conflict', 'ResourceExists', '*total throughput limit*')
            , @('NewDatabase', 412, 'PreconditionFailed', 'There is already an operation in progress which requires exclusive lock on this service myaccount.', 'Conflict', 'ResourceExists', 'wait until that operation has ended*')
            , @('Grant', 400, 'PrincipalNotFound', 'Principal 33333333000000000000000000000022 does not exist in the directory d.', 'NotFound', 'ObjectNotFound', '*object (principal) id*')
            , @('Grant', 400, 'UnmatchedPrincipalType', 'The PrincipalId ''1'' has type ''User'' , which is different from specified PrinciaplType ''ServicePrincipal''.', 'InvalidArgument', 'InvalidArgument', '*managed identity*')
            , @('Grant', 400, 'RoleAssignmentUpdateNotPermitted', 'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.', 'Conflict', 'ResourceExists', '*Revoke-CosmiAccess*')
            , @('Grant', 404, 'RoleDefinitionDoesNotExist', 'The specified role definition with ID ''1'' does not exist.', 'NotFound', 'ObjectNotFound', '*id of the role*')
        ) | ForEach-Object {
            $command = $commands[$_[0]]
            @{ Command = $_[0]; Match = $command.Match; Script = $command.Script; Target = $command.Target; Status = $_[1]; Code = $_[2]; Said = $_[3]; Id = $_[4]; Category = $_[5]; Recommendation = $_[6] }
        }
        # Command, the action it lacks, and the built-in role that has it.
        $roles = @(
            , @('GetAccount', 'Microsoft.DocumentDB/databaseAccounts/read', 'Cosmos DB Account Reader Role')
            , @('NewAccount', 'Microsoft.DocumentDB/databaseAccounts/write', 'Cosmos DB Operator')
            , @('RemoveAccount', 'Microsoft.DocumentDB/databaseAccounts/delete', 'Cosmos DB Operator')
            , @('GetKey', 'Microsoft.DocumentDB/databaseAccounts/listKeys/action', 'DocumentDB Account Contributor')
            , @('NewKey', 'Microsoft.DocumentDB/databaseAccounts/regenerateKey/action', 'DocumentDB Account Contributor')
            , @('NewDatabase', 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/write', 'Cosmos DB Operator')
            , @('SetThroughput', 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings/write', 'Cosmos DB Operator')
            , @('Enable', 'Microsoft.Compute/virtualMachines/write', 'Virtual Machine Contributor')
            , @('Grant', 'Microsoft.Authorization/roleAssignments/write', 'Role Based Access Control Administrator')
        ) | ForEach-Object {
            $command = $commands[$_[0]]
            @{ Command = $_[0]; Match = $command.Match; Script = $command.Script; Target = $command.Target; Lacks = $_[1]; Role = $_[2] }
        }
    }

    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'is told with what to do: <Command>, <Status> <Code> <Said>' -ForEach $refusals {
        $body = ConvertTo-Json -InputObject @{ error = @{ code = $Code; message = $Said } } -Compress
        # A refusal that may pass is tried again until the time is up.
        $headers = @{ 'x-ms-request-id' = 'id-1'; 'Retry-After' = '0' }
        $failure = Invoke-Refused -Match $Match -Action @{ status = $Status; headers = $headers; body = $body } -Script $Script
        $failure.Id | Should -Be "Cosmi.$Id"
        $failure.Category | Should -Be $Category
        $failure.Target | Should -Be $Target
        $failure.Action | Should -BeLike $Recommendation
        $exception = $failure.Record.Exception
        $exception.HttpStatus | Should -Be $Status
        $exception.ServiceCode | Should -Be $Code
        $exception.RequestId | Should -Be 'id-1'
    }

    It 'names the action that is missing and the role that has it: <Command>' -ForEach $roles {
        $said = "The client 'c' with object id 'o' does not have authorization to perform action '$Lacks' over scope '/subscriptions/s' or the scope is invalid. If access was recently granted, please refresh your credentials."
        $body = ConvertTo-Json -InputObject @{ error = @{ code = 'AuthorizationFailed'; message = $said } } -Compress
        $failure = Invoke-Refused -Match $Match -Action @{ status = 403; body = $body } -Script $Script
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Category | Should -Be 'PermissionDenied'
        $failure.Target | Should -Be $Target
        $failure.Message | Should -BeLike "*it lacks the permission $Lacks*"
        $failure.Action | Should -BeLike "give the identity the role '$Role' on *"
        $failure.Record.Exception.ServiceCode | Should -Be 'AuthorizationFailed'
    }

    It 'is waited for as long as it asks: 429 with <What>' -ForEach @(
        @{ What = 'seconds'; After = { '2' } }
        @{ What = 'a date'; After = { [System.DateTime]::UtcNow.AddSeconds(3).ToString('R') } }
    ) {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'arm'; path = '/sqlDatabases' } -Action @{ status = 429; headers = @{ 'Retry-After' = & $After } }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        @(Get-CosmiDatabase -AccountName myaccount).Count | Should -BeGreaterThan 0
        $watch.Elapsed.TotalSeconds | Should -BeGreaterThan 1
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
    }

    It 'is told at once where it asks for more patience than there is time: 429 with <What>' -ForEach @(
        @{ What = 'seconds'; After = { '3600' } }
        @{ What = 'a date'; After = { [System.DateTime]::UtcNow.AddSeconds(3600).ToString('R') } }
    ) {
        $failure = Invoke-Refused -Match @{ path = '/sqlDatabases' } -Action @{ status = 429; headers = @{ 'Retry-After' = & $After } } -Script {
            Get-CosmiDatabase -AccountName myaccount -ErrorAction Stop
        }
        $failure.Id | Should -Be 'Cosmi.Throttled'
        $failure.Category | Should -Be 'LimitsExceeded'
        $failure.Message | Should -BeLike '*asks for a pause of 60 min*'
        $failure.Action | Should -BeLike '*fewer processes*'
        $failure.Record.Exception.RetryAfter.TotalSeconds | Should -BeGreaterThan 3590
        $failure.Record.Exception.RetryAfter.TotalSeconds | Should -BeLessOrEqual 3600
    }

    It 'is told alike where the operation was accepted and failed: <Code>' -ForEach @(
        @{ Code = 'ServiceUnavailable'; Said = 'Sorry, we are currently experiencing high demand in this region, and cannot fulfill your request at this time.'; Id = 'Cosmi.Service'; Recommendation = 'choose another region*' }
        @{ Code = 'BadRequest'; Said = 'The maximum number of database accounts for subscription 1 has been reached.'; Id = 'Cosmi.Conflict'; Recommendation = '*another subscription*' }
        @{ Code = 'SomethingNew'; Said = 'Something went wrong.'; Id = 'Cosmi.Service'; Recommendation = 'the code says why*' }
    ) {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ retryAfter = '0'; fail = @{ code = $Code; message = $Said } }
        $failure = Invoke-Failing { New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Message | Should -BeLike "*($($Code): $Said)*"
        $failure.Action | Should -BeLike $Recommendation
    }
}
