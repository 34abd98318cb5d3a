BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'The pipeline' {
    BeforeAll {
        function Get-Concurrency {
            param($Journal)
            # How many requests were on their way at the same time, at most.
            $highest = 0
            foreach ($entry in $Journal) {
                $now = @($Journal | Where-Object { $_.startMs -le $entry.startMs -and $_.endMs -gt $entry.startMs }).Count
                $highest = [System.Math]::Max($highest, $now)
            }
            $highest
        }
    }

    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'starts inputs at the same time, and writes results in their order' {
        $null = Get-CosmiCollection -AccountName myaccount -Database D -Name A
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'cosmos'; path = '/colls/A' } -Action @{ delayMs = 600 }
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'cosmos'; path = '/colls/B' } -Action @{ delayMs = 300 }
        Clear-SimulatorJournal -Simulator $simulator
        $collections = 'A', 'B', 'C' | Get-CosmiCollection -AccountName myaccount -Database D
        @($collections.id) | Should -Be @('A', 'B', 'C')
        $shown = Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target -match '/colls/' }
        $first = $shown | Where-Object { $_.target -match '/colls/A' }
        @($shown | Where-Object { $_.startMs -lt $first.endMs }).Count | Should -Be 3
    }

    It 'has no more than sixteen on their way' {
        $null = Get-CosmiCollection -AccountName myaccount -Database D -Name A
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'cosmos' } -Action @{ delayMs = 50 } -Times 0
        Clear-SimulatorJournal -Simulator $simulator
        $names = 1..50 | ForEach-Object { 'A' }
        $collections = $names | Get-CosmiCollection -AccountName myaccount -Database D
        $collections.Count | Should -Be 50
        $highest = Get-Concurrency -Journal (Get-SimulatorJournal -Simulator $simulator)
        $highest | Should -BeGreaterThan 4
        $highest | Should -BeLessOrEqual 16
    }

    It 'asks for token, account and keys once for all inputs' {
        $null = 'A', 'B', 'C' | Get-CosmiCollection -AccountName myaccount -Database D
        $journal = Get-SimulatorJournal -Simulator $simulator
        @($journal | Where-Object { $_.target -match 'oauth2/token' }).Count | Should -Be 1
        @($journal | Where-Object { $_.target -match 'listKeys' }).Count | Should -Be 1
    }

    It 'puts an error in its place, and goes on' {
        $output = 'A', 'X', 'C' | Get-CosmiCollection -AccountName myaccount -Database D -ErrorAction Continue 2>&1
        $output.Count | Should -Be 3
        $output[0].id | Should -Be 'A'
        $output[1] | Should -BeOfType ([System.Management.Automation.ErrorRecord])
        $output[1].TargetObject | Should -Be 'X'
        $output[2].id | Should -Be 'C'
    }

    It 'ends at the first error with -ErrorAction Stop' {
        $failure = Invoke-Failing { 'X', 'A' | Get-CosmiCollection -AccountName myaccount -Database D -ErrorAction Stop }
        $failure.Target | Should -Be 'X'
    }

    It 'ends where no input can work' {
        $client = Connect-CosmiAccount -AccountName myaccount -ClientId 77777777-0000-0000-0000-000000000000
        $failure = Invoke-Failing { 'A', 'B', 'C' | Get-CosmiCollection -Client $client -Database D -ErrorAction SilentlyContinue }
        $failure.Id | Should -Be 'Cosmi.NoIdentity'
    }

    It 'cancels the rest when the pipeline needs no more' {
        $null = Get-CosmiCollection -AccountName myaccount -Database D -Name A
        # Time for the others to get on the wire.
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'cosmos'; path = '/colls/A' } -Action @{ delayMs = 500 }
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'cosmos'; path = '/colls/B' } -Action @{ hang = $true }
        Clear-SimulatorJournal -Simulator $simulator
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $first = 'A', 'B', 'C' | Get-CosmiCollection -AccountName myaccount -Database D | Select-Object -First 1
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
        $first.id | Should -Be 'A'
        $aborted = $null
        while (-not $aborted -and $watch.Elapsed.TotalSeconds -lt 20) {
            $aborted = Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target -match '/colls/B' -and $_.aborted }
            Start-Sleep -Milliseconds 20
        }
        $aborted | Should -Not -BeNullOrEmpty
    }

    It 'uses a client from another runspace' {
        $client = Connect-CosmiAccount -AccountName myaccount
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript("param(`$client) Import-Module -Name '$env:COSMI_MODULE'; (Get-CosmiCollection -Client `$client -Database D -Name A).id").AddArgument($client)
            $shell.Invoke() | Should -Be 'A'
        }
        finally {
            $shell.Dispose()
        }
    }
}

Describe 'An object of another module' {
    BeforeAll {
        Add-Type -TypeDefinition @'
public sealed class ForeignResource
{
    public string ResourceId { get; set; }
    public string ResourceGroupName { get; set; }
    public string SubscriptionId { get; set; }
    public string Name { get; set; }
}
'@
        $accountId = "/subscriptions/$($simulator.subscriptionId)/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/myaccount"
        $members = @{ ResourceId = $accountId; ResourceGroupName = 'rg'; SubscriptionId = $simulator.subscriptionId; Name = 'myaccount' }
    }

    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'names its account by the resource id to <Name>' -ForEach @(
        @{ Name = 'Get-CosmiAccount'; Arguments = @{} }
        @{ Name = 'Get-CosmiAccountKey'; Arguments = @{} }
        @{ Name = 'Get-CosmiConnectionString'; Arguments = @{} }
        @{ Name = 'Get-CosmiDatabase'; Arguments = @{} }
        @{ Name = 'Get-CosmiCollection'; Arguments = @{ Database = 'D' } }
        @{ Name = 'Get-CosmiThroughput'; Arguments = @{ Database = 'Shared' } }
        @{ Name = 'Get-CosmiAccess'; Arguments = @{} }
        @{ Name = 'Set-CosmiThroughput'; Arguments = @{ Database = 'Shared'; Throughput = 400 } }
        @{ Name = 'Grant-CosmiAccess'; Arguments = @{ PrincipalId = '33333333-0000-0000-0000-000000000022'; Role = 'Reader' } }
        @{ Name = 'New-CosmiDatabase'; Arguments = @{ Name = 'Made' } }
        @{ Name = 'New-CosmiAccountKey'; Arguments = @{ Kind = 'Secondary'; Confirm = $false } }
    ) {
        $expected = @(& $Name -ResourceId $accountId @Arguments)
        $expected.Count | Should -BeGreaterThan 0
        # The resource id decides, whatever else there is.
        $other = @{ ResourceId = $accountId; ResourceGroupName = 'other'; SubscriptionId = [string] [guid]::NewGuid(); Name = 'myaccount' }
        foreach ($object in [pscustomobject] $members, [pscustomobject] $other, [ForeignResource] $members) {
            $found = @($object | & $Name @Arguments)
            $found.Count | Should -Be $expected.Count
            $found[0].AccountName | Should -Be 'myaccount'
        }
    }

    It 'is a row as any where it has more' {
        $row = [pscustomobject]@{ ResourceId = $accountId; ResourceGroupName = 'rg'; SubscriptionId = $simulator.subscriptionId; Database = 'D'; Name = 'A' }
        ($row | Get-CosmiCollection).id | Should -Be 'A'
        ($row | Get-CosmiThroughput).Name | Should -Be 'A'
    }

    It 'means no other account where its resource id is another thing''s' {
        $client = Connect-CosmiAccount -AccountName myaccount
        $row = [pscustomobject]@{ ResourceId = $accountId + '/sqlDatabases/D'; ResourceGroupName = 'rg'; Database = 'D'; Name = 'A' }
        $failure = Invoke-Failing { $row | Remove-CosmiCollection -Client $client -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -BeLike '*is not the resource id of a Cosmos DB account'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'does not name what is removed in an account' {
        $failure = Invoke-Failing { [pscustomobject] $members | Remove-CosmiDatabase -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -Be 'no database is named'
        $failure = Invoke-Failing { [ForeignResource] $members | Remove-CosmiCollection -Database D -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -Be 'no collection is named'
    }

    It 'leaves what may be written out as it is' {
        (Invoke-Failing { Get-CosmiDatabase -ResourceId $accountId -ResourceGroupName rg }).Id | Should -Be 'AmbiguousParameterSet'
        (Invoke-Failing { Get-CosmiIdentity -ResourceId $accountId -ResourceGroupName rg }).Id | Should -Be 'AmbiguousParameterSet'
    }
}

Describe 'Progress' {
    It 'shows after two seconds, and is taken away' {
        Reset-Simulator -Simulator $simulator
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds' } -Action @{ delayMs = 2600 }
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'; Get-CosmiToken -Resource https://vault.azure.net").Invoke()
            $records = @($shell.Streams.Progress | Where-Object { $_.Activity -eq 'Get-CosmiToken' })
            $records.Count | Should -BeGreaterOrEqual 2
            $records[0].StatusDescription | Should -BeLike 'Waiting for https://vault.azure.net, * s'
            $records[0].RecordType | Should -Be 'Processing'
            $records[-1].RecordType | Should -Be 'Completed'
            @($records.ActivityId | Sort-Object -Unique).Count | Should -Be 1
        }
        finally {
            $shell.Dispose()
        }
    }

    It 'is taken away where <What>' -ForEach @(
        @{ What = 'an error ends the command'; Script = 'try { Get-CosmiToken -Resource https://vault.azure.net -TimeoutSec 3 -ErrorAction Stop } catch { }'; Action = @{ hang = $true } }
        @{ What = 'the pipeline needs no more'; Script = 'Get-CosmiToken -Resource https://vault.azure.net | Select-Object -First 1'; Action = @{ delayMs = 2600 } }
    ) {
        Reset-Simulator -Simulator $simulator
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds' } -Action $Action
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'; $Script").Invoke()
            $records = @($shell.Streams.Progress | Where-Object { $_.Activity -eq 'Get-CosmiToken' })
            $records.Count | Should -BeGreaterOrEqual 2
            $records[-1].RecordType | Should -Be 'Completed'
        }
        finally {
            $shell.Dispose()
        }
    }

    It 'does not show for what is quick' {
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'; Get-CosmiToken").Invoke()
            @($shell.Streams.Progress | Where-Object { $_.Activity -eq 'Get-CosmiToken' }) | Should -BeNullOrEmpty
        }
        finally {
            $shell.Dispose()
        }
    }
}

Describe 'Verbose and debug' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'tell what the library does, before the result' {
        $output = Get-CosmiToken -Resource https://vault.azure.net -Verbose 4>&1
        $output[0] | Should -BeOfType ([System.Management.Automation.VerboseRecord])
        $output[-1].PSObject.TypeNames[0] | Should -Be 'Cosmi.Token'
        $DebugPreference = 'Continue'
        @(Get-CosmiToken -Resource https://graph.microsoft.com 5>&1 | Where-Object { $_ -is [System.Management.Automation.DebugRecord] }) | Should -Not -BeNullOrEmpty
    }

    It 'tell of a library that is not the module''s own' {
        $path = (Get-CosmiVersion).Path
        $output = Invoke-Child -Environment @{ COSMI_LIBRARY = $path } -Script "Import-Module -Name '$env:COSMI_MODULE'; Get-CosmiToken -Verbose 4>&1"
        $output.Replace("`n", '').Replace("`r", '') | Should -BeLike '*COSMI_LIBRARY names: *cosmi.*'
    }

    It 'are silent unless asked for' {
        $VerbosePreference = 'SilentlyContinue'
        @(Get-CosmiToken -Resource https://vault.azure.net 4>&1 5>&1).Count | Should -Be 1
    }
}
