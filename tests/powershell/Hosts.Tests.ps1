BeforeDiscovery {
    # The rows of the matrix in about_Cosmi_Identity and README.md
    $hosts = @(
        @{ Name = 'imds'; Source = 'Imds'; Face = 'imds'; Machine = 'myvm' }
        @{ Name = 'appService'; Source = 'AppService'; Face = 'app_service'; Machine = 'myvm' }
        @{ Name = 'automation'; Source = 'AppService'; Face = 'app_service'; Machine = '' }
        @{ Name = 'arc'; Source = 'Arc'; Face = 'arc'; Machine = '' }
        @{ Name = 'serviceFabric'; Source = 'ServiceFabric'; Face = 'service_fabric'; Machine = '' }
        @{ Name = 'machineLearning'; Source = 'MachineLearning'; Face = 'machine_learning'; Machine = '' }
        @{ Name = 'cloudShell'; Source = 'CloudShell'; Face = 'cloud_shell'; Machine = '' }
        @{ Name = 'workloadIdentity'; Source = 'WorkloadIdentity'; Face = 'sts'; Machine = '' }
    )
}

BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    # The keys of Azure Arc's challenges are read in this folder alone.
    $isWindowsHost = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
    $agentFolder = '/var/opt/azcmagent/tokens'
    if ($isWindowsHost) {
        $agentFolder = Join-Path -Path $env:ProgramData -ChildPath 'AzureConnectedMachineAgent\Tokens'
    }
    $hasAgentFolder = Test-Path -Path $agentFolder
    $arguments = @()
    if ($hasAgentFolder) {
        $arguments = '--arc-key-folder', $agentFolder
    }
    $simulator = Start-Simulator -ArgumentList $arguments
    $import = "Import-Module -Name '$env:COSMI_MODULE'"

    function Skip-WithoutAgentFolder {
        param([string] $Name)
        if ($Name -eq 'arc' -and -not $hasAgentFolder) {
            Set-ItResult -Skipped -Because "there is no $agentFolder here, the only folder whose keys are read; tests of the native library make one in a namespace of their own"
        }
    }

    # What proves a caller to a host, and must be shown nowhere.
    function Get-HostSecret {
        param([hashtable] $Variables)
        foreach ($name in 'IDENTITY_HEADER', 'MSI_SECRET') {
            if ($Variables[$name]) {
                $Variables[$name]
            }
        }
        if ($Variables.AZURE_FEDERATED_TOKEN_FILE) {
            [System.IO.File]::ReadAllText($Variables.AZURE_FEDERATED_TOKEN_FILE).Trim()
        }
    }

    function Set-Variables {
        param([hashtable] $Variables)
        foreach ($variable in $Variables.GetEnumerator()) {
            Set-Item -Path "env:$($variable.Key)" -Value ([string] $variable.Value)
        }
    }
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'A host of Azure' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'gives a token that opens the chain: <Name>' -ForEach $hosts {
        Skip-WithoutAgentFolder -Name $Name
        $variables = Get-HostVariable -Simulator $simulator -Name $Name
        $output = Invoke-Child -Environment $variables -Script @"
Set-StrictMode -Version 3
`$ErrorActionPreference = 'Stop'
$import
`$token = Get-CosmiToken
`$environment = Get-CosmiEnvironment
`$collection = Get-CosmiCollection -AccountName myaccount -Database Test -Name Test
ConvertTo-Json -InputObject @{
    token       = @{ source = [string] `$token.IdentitySource; objectId = `$token.ObjectId; audience = `$token.Claims.aud }
    environment = @{
        source    = [string] `$environment.IdentitySource
        reason    = `$environment.Reason
        objectId  = `$environment.ObjectId
        machine   = [string] `$environment.MachineName
        variables = @(`$environment.VariablesSeen)
    }
    collection  = `$collection.id
}
"@
        $result = $output | ConvertFrom-Json
        $result.token.source | Should -Be $Source
        $result.token.audience | Should -Be 'https://management.azure.com/'
        $result.environment.source | Should -Be $Source
        $result.environment.reason | Should -BeLike '* is used because *'
        $result.environment.objectId | Should -Be $result.token.objectId
        $result.environment.machine | Should -Be $Machine
        @($result.environment.variables | Sort-Object) | Should -Be @($variables.Keys | Where-Object { $variables[$_] -and $_ -ne 'AUTOMATION_ASSET_ACCOUNTID' } | Sort-Object)
        $result.collection | Should -Be 'Test'
        $asked = @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.face -eq $Face -and $_.status -eq 200 -and $_.target -notlike '*/instance*' })
        $asked.Count | Should -Be 1 -Because 'the token is shared by all commands'
    }

    It 'keeps what proves the caller to itself: <Name>' -ForEach $hosts {
        Skip-WithoutAgentFolder -Name $Name
        $variables = Get-HostVariable -Simulator $simulator -Name $Name
        $secrets = @(Get-HostSecret -Variables $variables)
        # A refusal that repeats what was sent, and then a token.
        foreach ($status in 400, 401, 403, 500) {
            Add-SimulatorFault -Simulator $simulator -Match @{ face = $Face; path = 'token' } -Action @{
                status = $status
                body   = ConvertTo-Json -InputObject @{ error = "marker $secrets"; error_description = "marker $secrets"; Message = "marker $secrets" }
            }
        }
        $output = Invoke-Child -Environment $variables -Script @"
`$DebugPreference = 'Continue'
`$VerbosePreference = 'Continue'
$import
& {
    foreach (`$try in 1..5) {
        try { Get-CosmiToken -TimeoutSec 5 | Format-List -Property * } catch { `$_ | Format-List -Property * -Force; `$_.Exception.ToString() }
    }
    Get-CosmiEnvironment | Format-List -Property *
    Test-CosmiAccess -AccountName myaccount | Format-List -Property *
    `$Error | Format-List -Property * -Force
} *>&1 | Out-String -Width 4000
"@
        $output | Should -BeLike '*is used because*'
        $output | Should -BeLike '*Cosmi.*'
        $output | Should -BeLike '*variables seen: *'
        foreach ($secret in $secrets) {
            $secret.Length | Should -BeGreaterThan 15
            $output.Contains($secret) | Should -BeFalse
        }
    }

    It 'is known by its variables, which the tests know too' {
        Get-HostVariableName | Should -Be @([Cosmi.Interop.CosmiLibrary]::VariableNames)
    }

    It 'with the Azure Arc agent is found; a key outside the agent''s folder is not read' {
        if ($hasAgentFolder) {
            Set-ItResult -Skipped -Because 'the simulator puts its keys where the agent does'
        }
        $output = Invoke-Child -Environment (Get-HostVariable -Simulator $simulator -Name arc) -Script @"
$import
(Get-CosmiEnvironment).IdentitySource
try { Get-CosmiToken -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId; [string] `$_; `$_.ErrorDetails.RecommendedAction }
"@
        $output | Should -BeLike 'Arc*Cosmi.BadResponse,*folder*agent*'
    }
}

Describe 'A user-assigned identity' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'is chosen by <Id> on <Name>: <Spelling>' -ForEach @(
        @{ Name = 'appService'; Id = 'ClientId'; Spelling = 'client_id' }
        @{ Name = 'appService'; Id = 'ObjectId'; Spelling = 'principal_id' }
        @{ Name = 'appService'; Id = 'ResourceId'; Spelling = 'mi_res_id' }
        @{ Name = 'automation'; Id = 'ClientId'; Spelling = 'client_id' }
        @{ Name = 'serviceFabric'; Id = 'ObjectId'; Spelling = 'principalId' }
        @{ Name = 'machineLearning'; Id = 'ClientId'; Spelling = 'clientid' }
        @{ Name = 'workloadIdentity'; Id = 'ClientId'; Spelling = 'client_id' }
    ) {
        $value = @{
            ClientId   = '22222222-0000-0000-0000-000000000001'
            ObjectId   = '22222222-0000-0000-0000-000000000002'
            ResourceId = '/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader'
        }[$Id]
        $output = Invoke-Child -Environment (Get-HostVariable -Simulator $simulator -Name $Name) -Script @"
$import
`$null = Connect-CosmiAccount -$Id '$value'
(Get-CosmiToken).ObjectId
"@
        $output.Trim() | Should -Be '22222222-0000-0000-0000-000000000002'
        @(Get-SimulatorJournal -Simulator $simulator | Where-Object { "$($_.target)&$($_.body)" -match "[?&]$Spelling=" }).Count | Should -Be 1
    }

    It 'cannot be chosen by <Id> on <Name>, and nothing is sent' -ForEach @(
        @{ Name = 'serviceFabric'; Id = 'ClientId' }
        @{ Name = 'machineLearning'; Id = 'ObjectId' }
        @{ Name = 'cloudShell'; Id = 'ClientId' }
        @{ Name = 'workloadIdentity'; Id = 'ResourceId' }
    ) {
        $output = Invoke-Child -Environment (Get-HostVariable -Simulator $simulator -Name $Name) -Script @"
$import
`$null = Connect-CosmiAccount -$Id '/subscriptions/22222222-0000-0000-0000-000000000001'
try { Get-CosmiToken -Resource https://management.azure.com/ -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId; [string] `$_; `$_.ErrorDetails.RecommendedAction }
"@
        $output | Should -BeLike 'Cosmi.InvalidArgument,*cannot choose an identity*choose*'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }
}

Describe '-IdentitySource' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'takes <Source> where others are there as well' -ForEach @(
        @{ Source = 'Imds' }
        @{ Source = 'AppService' }
        @{ Source = 'MachineLearning' }
        @{ Source = 'WorkloadIdentity' }
    ) {
        $variables = Get-HostVariable -Simulator $simulator -Name workloadIdentity
        foreach ($name in 'imds', 'appService', 'machineLearning') {
            $more = Get-HostVariable -Simulator $simulator -Name $name
            foreach ($key in @($more.Keys | Where-Object { $more[$_] })) {
                $variables[$key] = $more[$key]
            }
        }
        $output = Invoke-Child -Environment $variables -Script @"
$import
`$null = Connect-CosmiAccount -IdentitySource $Source
(Get-CosmiToken).IdentitySource
(Get-CosmiEnvironment).Reason
"@
        $output | Should -BeLike "$Source*because it was asked for*"
    }

    It 'says what is missing where <Source> is not there, and asks nobody' -ForEach @(
        @{ Source = 'AppService'; Missing = 'IDENTITY_HEADER' }
        @{ Source = 'Arc'; Missing = 'IMDS_ENDPOINT' }
        @{ Source = 'ServiceFabric'; Missing = 'IDENTITY_SERVER_THUMBPRINT' }
        @{ Source = 'MachineLearning'; Missing = 'MSI_SECRET' }
        @{ Source = 'CloudShell'; Missing = 'MSI_ENDPOINT' }
        @{ Source = 'WorkloadIdentity'; Missing = 'AZURE_FEDERATED_TOKEN_FILE' }
    ) {
        $client = Connect-CosmiAccount -IdentitySource $Source
        $failure = Invoke-Failing { Get-CosmiToken -Client $client }
        $failure.Id | Should -Be 'Cosmi.NoIdentity'
        $failure.Category | Should -Be 'AuthenticationError'
        $failure.Message | Should -BeLike "*asked for*$Missing*"
        $failure.Action | Should -Not -BeNullOrEmpty
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }
}

Describe '$env: in the running shell' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    AfterEach {
        Set-Variables -Variables (Get-HostVariable -Simulator $simulator -Name imds)
        $env:COSMI_TEST_UNRELATED = ''
    }

    It 'is seen by the next command: set, changed and removed' {
        (Get-CosmiToken).IdentitySource | Should -Be 'Imds'
        $env:MSI_ENDPOINT = $simulator.cloudShell.endpoint
        (Get-CosmiToken).IdentitySource | Should -Be 'CloudShell'
        $env:MSI_SECRET = 'x'
        (Invoke-Failing { Get-CosmiToken -Resource https://management.azure.com/ -TimeoutSec 5 -ErrorAction Stop }).Message | Should -BeLike '*MSI_*'
        Remove-Item -Path env:MSI_SECRET, env:MSI_ENDPOINT
        (Get-CosmiToken).IdentitySource | Should -Be 'Imds'
    }

    It 'is seen where it is set before the module is loaded, or after' {
        $variables = Get-HostVariable -Simulator $simulator -Name imds
        $lines = foreach ($name in 'AZURE_POD_IDENTITY_AUTHORITY_HOST', 'COSMI_ARM_ENDPOINT', 'COSMI_CA_FILE') {
            "`$env:$name = '$($variables[$name])'"
            $variables[$name] = $null
        }
        $settings = $lines -join "`n"
        foreach ($script in "$settings`n$import", "$import`n$settings", "$import`n`$null = Get-CosmiVersion`n$settings") {
            $output = Invoke-Child -Environment $variables -Script "$script`n(Get-CosmiCollection -AccountName myaccount -Database Test -Name Test).id"
            $output.Trim() | Should -Be 'Test'
        }
    }

    It 'of no matter to identities leaves the session''s tokens alone' {
        $null = Get-CosmiToken -Resource https://vault.azure.net
        $env:COSMI_TEST_UNRELATED = 'x'
        $null = Get-CosmiToken -Resource https://vault.azure.net
        @(Get-SimulatorJournal -Simulator $simulator).Count | Should -Be 1
    }

    It 'may change while a pipeline runs' {
        $sources = 1..2 | ForEach-Object { $_ } | ForEach-Object {
            (Get-CosmiToken).IdentitySource
            $env:MSI_ENDPOINT = $simulator.cloudShell.endpoint
        }
        $sources | Should -Be @('Imds', 'CloudShell')
        $env:MSI_ENDPOINT = ''
        $outer = 'https://vault.azure.net', 'https://management.azure.com/' | ForEach-Object {
            $_
            $env:MSI_ENDPOINT = $simulator.cloudShell.endpoint
            $null = Get-CosmiToken -Resource https://management.azure.com/
        } | Get-CosmiToken
        # The outer command began before the change, and goes on as it began; but on Windows the library itself reads the
        # variables, while each call runs.
        if ($isWindowsHost) {
            $outer[1].IdentitySource | Should -Be 'CloudShell'
        }
        else {
            @($outer.IdentitySource) | Should -Be @('Imds', 'Imds')
        }
    }

    It 'that is nonsense is named: <Variable>' -ForEach @(
        @{ Variable = 'MSI_ENDPOINT' }
        @{ Variable = 'AZURE_POD_IDENTITY_AUTHORITY_HOST' }
        @{ Variable = 'COSMI_ARM_ENDPOINT' }
    ) {
        Set-Item -Path "env:$Variable" -Value 'no address'
        $failure = Invoke-Failing { Get-CosmiToken -Resource https://management.azure.com/ -ErrorAction Stop; Get-CosmiAccount -AccountName myaccount -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -BeLike "*$Variable*"
    }
}

Describe 'At three in the morning' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    AfterEach {
        Set-Variables -Variables (Get-HostVariable -Simulator $simulator -Name imds)
    }

    It 'an error says what was tried and what to do: <What>' -ForEach @(
        @{ What = 'no machine of Azure'; Variables = @{ AZURE_POD_IDENTITY_AUTHORITY_HOST = 'http://127.0.0.1:9' }; Settings = @{}; Says = 'no managed identity*127.0.0.1:9*'; Do = '*Azure virtual machine*' }
        @{ What = 'an endpoint that is gone'; Variables = @{ IDENTITY_ENDPOINT = 'http://127.0.0.1:9/'; IDENTITY_HEADER = 'x' }; Settings = @{}; Says = 'identity endpoint*127.0.0.1:9*'; Do = '*restart*' }
        @{ What = 'an agent that is gone'; Variables = @{ IDENTITY_ENDPOINT = 'http://127.0.0.1:9/'; IMDS_ENDPOINT = 'x' }; Settings = @{}; Says = 'Arc*127.0.0.1:9*'; Do = '*agent*' }
        @{ What = 'no token file'; Variables = @{ AZURE_TENANT_ID = 'a'; AZURE_CLIENT_ID = 'b'; AZURE_FEDERATED_TOKEN_FILE = '/no/such/file' }; Settings = @{}; Says = 'AZURE_FEDERATED_TOKEN_FILE*'; Do = '*pod*' }
        @{ What = 'an identity that is not assigned'; Variables = @{}; Settings = @{ ClientId = '77777777-0000-0000-0000-000000000000' }; Says = '77777777-0000-0000-0000-000000000000*not assigned*'; Do = '*assign*' }
        @{ What = 'a source that is not there'; Variables = @{}; Settings = @{ IdentitySource = 'Arc' }; Says = 'Azure Arc*asked for*'; Do = '*' }
    ) {
        Set-Variables -Variables $Variables
        $null = Connect-CosmiAccount @Settings
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $failure = Invoke-Failing { Get-CosmiToken -Resource https://management.azure.com/ }
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
        $failure.Id | Should -Be 'Cosmi.NoIdentity'
        $failure.Category | Should -Be 'AuthenticationError'
        $failure.Message | Should -BeLike "*$Says"
        $failure.Action | Should -BeLike $Do
        $failure.Action.Length | Should -BeGreaterThan 20
        $shown = $failure.Record | Out-String -Width 120
        $shown | Should -Not -Match 'Exception|0x|null|\bat Cosmi|InnerError'
        $failure.Message.Length | Should -BeLessThan 200
        # The chain says it too, and which variables there are.
        $broken = Test-CosmiAccess -AccountName myaccount -TimeoutSec 5 | Where-Object { $_.Result -ne 'Found' } | Select-Object -First 1
        $broken.Link | Should -BeIn @('Environment', 'Token')
        $broken.Detail | Should -BeLike "NoIdentity: *$Says*"
        $broken.Action | Should -Be $failure.Action
    }
}
