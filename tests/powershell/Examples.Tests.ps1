BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
    $examples = Join-Path -Path (Get-RepositoryRoot) -ChildPath 'examples/powershell'
    $import = "Import-Module -Name '$env:COSMI_MODULE'"
    $machine = Get-HostVariable -Simulator $simulator -Name imds
    $runbook = Get-HostVariable -Simulator $simulator -Name automation
    $app = Get-HostVariable -Simulator $simulator -Name appService
    $app.COSMOS_ACCOUNT = 'myaccount'
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'tutorial.ps1' {
    It 'ends in the collection and its offer' {
        $output = Invoke-Child -Environment $machine -Script "Set-StrictMode -Version 3; `$ErrorActionPreference = 'Stop'; $import; & '$examples/tutorial.ps1'"
        $output | Should -BeLike '*Imds*https://management.azure.com/*PrimaryReadOnly*{"collection":{"id":"Test"*"offer":{*"offerThroughput":400*'
        $output | Should -BeLike '*400 RU/s*'
    }
}

Describe 'provision.ps1' {
    It 'goes from no account to the collection''s JSON, and run again changes nothing' {
        Clear-SimulatorJournal -Simulator $simulator
        $script = "Set-StrictMode -Version 3; $import; & '$examples/provision.ps1' -AccountName newaccount"
        $changes = { @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.face -eq 'arm' -and $_.method -in 'PUT', 'PATCH' }).Count }
        foreach ($change in 'new', 'already so') {
            $lines = @((Invoke-Child -Environment $machine -Script $script).Trim() -split "`r?`n")
            $lines[0..6] | Should -Be @(
                "account    newaccount is $change"
                "database   Test is $change"
                "collection Test is $change"
                'identity   myvm has one, which is already so'
                "role       Cosmos DB Account Reader Role for myvm is $change"
                'token      for https://management.azure.com/, from Imds'
                'keys       2, of which PrimaryReadOnly is used'
            )
            $lines.Count | Should -Be 8
            $shown = $lines[7] | ConvertFrom-Json
            $shown.collection.id | Should -Be 'Test'
            $shown.collection.partitionKey.paths | Should -Be '/id'
            $shown.offer.content.offerThroughput | Should -Be 400
            # Account, database, collection and role; the second time the role alone is sent again, and stays as it is.
            & $changes | Should -Be $(if ($change -eq 'new') { 4 } else { 5 })
        }
    }
}

Describe 'vm.ps1' {
    It 'writes the report' {
        $path = Join-Path -Path ([string] $TestDrive) -ChildPath 'throughput.csv'
        $output = Invoke-Child -Environment $machine -Script "$import; & '$examples/vm.ps1' -AccountName myaccount -Database D -Name A, B, C -Path '$path'"
        $output.Trim() | Should -Be "The report is in $path"
        $rows = Import-Csv -Path $path
        @($rows.Name) | Should -Be @('A', 'B', 'C')
        @($rows.Throughput) | Should -Be @('400', '500', '600')
    }

    It 'shows the broken link where it cannot' {
        $output = Invoke-Child -Environment $machine -Script "$import; & '$examples/vm.ps1' -AccountName noaccess -Database D -Name A -Path '$TestDrive/none.csv'; `"exit code `$LASTEXITCODE`""
        $output | Should -BeLike '*Keys*Refused*'
        $output | Should -BeLike '*exit code 1*'
        $output | Should -BeLike '*Cosmi.Forbidden*'
    }
}

Describe 'runbook.ps1' {
    It 'finds everything in order' {
        $output = Invoke-Child -Environment $runbook -Script "$import; & '$examples/runbook.ps1' -AccountName myaccount -Database D -Name A, B -Limit 500"
        $output.Trim() -split "`r?`n" | Should -Be @('A: 400 RU/s', 'B: 500 RU/s', 'All collections have 500 RU/s or less.')
    }

    It 'fails above the limit' {
        $output = Invoke-Child -Environment $runbook -Script "$import; try { & '$examples/runbook.ps1' -AccountName myaccount -Database D -Name A, B, C -Limit 450 } catch { [string] `$_ }"
        $output | Should -BeLike '*More than 450 RU/s: B, C*'
    }

    It 'uses the user-assigned identity it is told' {
        $output = Invoke-Child -Environment $runbook -Script "$import; & '$examples/runbook.ps1' -AccountName myaccount -Database D -Name A -Limit 400 -ClientId 22222222-0000-0000-0000-000000000001"
        $output | Should -BeLike '*All collections have 400 RU/s or less.*'
    }

    It 'does not take the identity of the machine it runs on' {
        $output = Invoke-Child -Environment $machine -Script "$import; try { & '$examples/runbook.ps1' -AccountName myaccount -Database D -Name A -Limit 400 } catch { `$_.FullyQualifiedErrorId; [string] `$_ }"
        $output | Should -BeLike '*Cosmi.NoIdentity*IDENTITY_ENDPOINT*'
    }
}

Describe 'function-app/run.ps1' {
    BeforeAll {
        # What the Functions host gives a script.
        $functionHost = @'
Add-Type -TypeDefinition 'public class HttpResponseContext { public object StatusCode; public object Body; public object Headers; }'
function Push-OutputBinding { param($Name, $Value) "$Name $($Value.StatusCode)"; $Value.Body }
'@
    }

    It 'answers with the collection' {
        $output = Invoke-Child -Environment $app -Script "$functionHost; $import; & '$examples/function-app/run.ps1' -Request @{ Query = @{ database = 'Test'; name = 'Test' } }"
        $output | Should -BeLike 'Response 200*{"collection":{"id":"Test"*"offer":{*'
    }

    It 'answers <Status> where <What>' -ForEach @(
        @{ What = 'there is no such collection'; Query = "@{ database = 'Test'; name = 'Tset' }"; Status = 404; Id = 'Cosmi.NotFound' }
        @{ What = 'the name cannot be one'; Query = "@{ database = 'Test'; name = 'a/b' }"; Status = 400; Id = 'Cosmi.InvalidArgument' }
    ) {
        $output = Invoke-Child -Environment $app -Script "$functionHost; $import; & '$examples/function-app/run.ps1' -Request @{ Query = $Query }"
        $output | Should -BeLike "Response $Status*$Id*"
    }
}
