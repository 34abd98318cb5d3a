BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Work that takes time' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'is shown as progress, with its state and the time' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 3 }
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'; New-CosmiDatabase -AccountName myaccount -Name Sales").Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $records = @($shell.Streams.Progress | Where-Object { $_.Activity -eq 'New-CosmiDatabase' })
            $records.Count | Should -BeGreaterOrEqual 2
            $records[0].StatusDescription | Should -BeLike 'Waiting for Sales, * s'
            # A token that takes its time is told of, too.
            ($records.CurrentOperation -join "`n") | Should -BeLike '*create database Sales: * after *'
            $records[-1].RecordType | Should -Be 'Completed'
            # The records of the library are not for the verbose stream unless that was asked for.
            $shell.Streams.Verbose | Should -BeNullOrEmpty
        }
        finally {
            $shell.Dispose()
        }
    }

    It 'goes on in Azure after Ctrl+C, which says so, and the same command waits for it' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 1000; seconds = 5 }
        $output = Invoke-Child -Script @"
`$ErrorActionPreference = 'Stop'
Import-Module -Name '$env:COSMI_MODULE'
`$runspace = [runspacefactory]::CreateRunspace(`$Host, [initialsessionstate]::CreateDefault2())
`$runspace.Open()
`$shell = [powershell]::Create()
`$shell.Runspace = `$runspace
`$null = `$shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'; New-CosmiDatabase -AccountName myaccount -Name Sales")
`$running = `$shell.BeginInvoke()
while (-not `$shell.Streams.Progress.Count -and -not `$running.IsCompleted) { Start-Sleep -Milliseconds 20 }
`$shell.Stop()
"ended as `$(`$shell.InvocationStateInfo.State)"
"@
        $output | Should -BeLike '*New-CosmiDatabase waits no longer. What Azure has accepted goes on there; run the same command again to wait for it.*'
        $output | Should -BeLike '*ended as Stopped*'
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 1 }
        (New-CosmiDatabase -AccountName myaccount -Name Sales).Database | Should -Be 'Sales'
    }

    It 'says nothing of the kind where a command only reads' {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'arm' } -Action @{ hang = $true } -Times 0
        $output = Invoke-Child -Script @"
Import-Module -Name '$env:COSMI_MODULE'
`$runspace = [runspacefactory]::CreateRunspace(`$Host, [initialsessionstate]::CreateDefault2())
`$runspace.Open()
`$shell = [powershell]::Create()
`$shell.Runspace = `$runspace
`$null = `$shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'; Get-CosmiDatabase -AccountName myaccount")
`$running = `$shell.BeginInvoke()
while (-not `$shell.Streams.Progress.Count -and -not `$running.IsCompleted) { Start-Sleep -Milliseconds 20 }
`$shell.Stop()
"ended as `$(`$shell.InvocationStateInfo.State)"
"@
        $output.Trim() | Should -Be 'ended as Stopped'
    }

    It 'that takes too long is an error that says how to go on' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 1000; seconds = 1000 }
        $failure = Invoke-Failing { New-CosmiDatabase -AccountName myaccount -Name Sales -TimeoutSec 2 -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.TimedOut'
        $failure.Category | Should -Be 'OperationTimeout'
        $failure.Target | Should -Be 'Sales'
        $failure.Action | Should -Be 'What Azure has accepted goes on there; run the same command again to wait for it.'
    }

    It 'has addresses of four thousand characters' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ longUrls = $true; retryAfter = '0' }
        (New-CosmiDatabase -AccountName myaccount -Name Sales).Change | Should -Be 'New'
        @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target.Length -gt 4000 }).Count | Should -BeGreaterThan 0
    }

    It 'is watched on Resource Manager''s own host only' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ foreignHost = $true; retryAfter = '0' }
        (Invoke-Failing { New-CosmiDatabase -AccountName myaccount -Name Sales -ErrorAction Stop }).Id | Should -Be 'Cosmi.BadResponse'
    }
}

Describe 'Confirmation' {
    It 'keeps what is not confirmed' {
        Reset-Simulator -Simulator $simulator
        # A shell that cannot ask fails instead of going on.
        $output = Invoke-Child -Script "Import-Module -Name '$env:COSMI_MODULE'; try { Remove-CosmiDatabase -AccountName myaccount -Name Test } catch { 'not removed' }"
        $output | Should -BeLike '*not removed*'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }
}

Describe 'What is refused before anything is sent' {
    BeforeDiscovery {
        $subscription = '11111111-2222-3333-4444-555555555555'
        $function = '33333333-0000-0000-0000-000000000022'
        $refusals = @(
            "New-CosmiAccount -Name no_name -ResourceGroupName rg -Location westeurope -SubscriptionId $subscription"
            'New-CosmiAccount -Name no_name -ResourceGroupName rg -Location westeurope'
            "New-CosmiAccount -Name newaccount -ResourceGroupName 'a/b' -Location westeurope -SubscriptionId $subscription"
            'New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope -SubscriptionId Production'
            'New-CosmiAccountKey -AccountName no_name -Kind Primary'
            'Remove-CosmiAccount -AccountName no_name'
            'Remove-CosmiAccount -AccountName myaccount -SubscriptionId Production -ResourceGroupName rg'
            'Remove-CosmiAccount -AccountName myaccount -ResourceGroupName rg'
            "New-CosmiDatabase -AccountName myaccount -Name 'a/b'"
            'New-CosmiDatabase -AccountName no_name -Name Sales'
            'New-CosmiDatabase -AccountName myaccount -Name Sales -Throughput 450'
            'New-CosmiDatabase -AccountName myaccount -Name Sales -MaxThroughput 1500'
            "Remove-CosmiDatabase -AccountName myaccount -Name ''"
            "New-CosmiCollection -AccountName myaccount -Database Test -Name 'a#b' -PartitionKeyPath /id"
            "New-CosmiCollection -AccountName myaccount -Database 'a?b' -Name Orders -PartitionKeyPath /id"
            'New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath id'
            'New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath /id -DefaultTtl 0'
            'New-CosmiCollection -AccountName myaccount -Database Test -Name Orders -PartitionKeyPath /id -Throughput 300'
            "Remove-CosmiCollection -AccountName myaccount -Database Test -Name 'a '"
            'Set-CosmiThroughput -AccountName myaccount -Database Test -Name Test -Throughput 450'
            'Set-CosmiThroughput -AccountName myaccount -Database Test -MaxThroughput 999'
            'Grant-CosmiAccess -AccountName myaccount -PrincipalId me -Role Reader'
            "Grant-CosmiAccess -AccountName myaccount -PrincipalId $function -Role `"a``nb`""
            'Grant-CosmiAccess -AccountName myaccount -PrincipalId me -Role Reader -DataPlane'
            "Grant-CosmiAccess -AccountName myaccount -PrincipalId $function -Role Reader -DataPlane -Database 'a/b'"
            'Revoke-CosmiAccess -AccountName myaccount -PrincipalId me -Role Reader'
            "Revoke-CosmiAccess -AccountName myaccount -PrincipalId $function -Role Reader -DataPlane -Database Test -Collection 'a/b'"
            'Enable-CosmiIdentity -ResourceId /subscriptions/x'
            "Enable-CosmiIdentity -VMName 'my vm' -ResourceGroupName rg -SubscriptionId $subscription"
            "Enable-CosmiIdentity -VMName 'my vm' -ResourceGroupName rg"
        )
        $commands = @($refusals | ForEach-Object { @{ Command = $_ } })
    }

    BeforeAll {
        function Get-Refusal {
            param([string] $Command)
            $global:Error.Clear()
            $script = [scriptblock]::Create("$Command -ErrorAction SilentlyContinue -ErrorVariable refusals; `$refusals")
            & $script | ForEach-Object {
                '{0} | {1} | {2} | {3} | {4}' -f $_.FullyQualifiedErrorId, $_.CategoryInfo.Category, $_.TargetObject, $_, $_.ErrorDetails.RecommendedAction
            }
        }
    }

    It 'is refused with -WhatIf and -Confirm alike: <Command>' -ForEach $commands {
        Reset-Simulator -Simulator $simulator
        $refused = @(Get-Refusal -Command "$Command -Confirm:`$false")
        $refused.Count | Should -Be 1
        $refused[0] | Should -BeLike 'Cosmi.InvalidArgument,* | InvalidArgument | *'
        @(Get-Refusal -Command "$Command -WhatIf") | Should -Be $refused
        # A shell that cannot ask would fail in another way if it had to.
        @(Get-Refusal -Command "$Command -Confirm") | Should -Be $refused
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'is not printed as what would be sent' -ForEach @{ Refusals = $refusals } {
        $lines = foreach ($command in $Refusals) { "$command -WhatIf -ErrorAction SilentlyContinue" }
        Get-WhatIf -Script ($lines -join '; ') | Should -BeNullOrEmpty
    }

    It 'keeps its place among the other inputs' {
        Reset-Simulator -Simulator $simulator -NoPause
        $said = @('Sales', 'a/b', 'Stock' | New-CosmiDatabase -AccountName myaccount -ErrorAction Continue 2>&1)
        $said[0].Database | Should -Be 'Sales'
        $said[1].TargetObject | Should -Be 'a/b'
        $said[2].Database | Should -Be 'Stock'
        $printed = Get-WhatIf -Script "'S1', 'a/b', 'S2' | New-CosmiDatabase -AccountName myaccount -WhatIf -ErrorAction SilentlyContinue"
        @($printed).Count | Should -Be 2
    }
}

Describe 'Views of what is made' {
    It 'work in constrained language mode, under strict mode' {
        Reset-Simulator -Simulator $simulator
        $output = Invoke-Child -Script @"
Import-Module -Name '$env:COSMI_MODULE'
`$null = Connect-CosmiAccount -AccountName myaccount
`$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
Set-StrictMode -Version 3
New-CosmiDatabase -Name Test | Out-String -Width 200
New-CosmiCollection -Database Test -Name Test -PartitionKeyPath /id | Out-String -Width 200
Set-CosmiThroughput -Database Test -Name Test -Throughput 400 | Out-String -Width 200
Enable-CosmiIdentity | Out-String -Width 200
Get-CosmiIdentity | Grant-CosmiAccess -Role 'DocumentDB Account Contributor' | Out-String -Width 200
"@
        [regex]::Matches($output, 'already so').Count | Should -Be 5
    }

    It 'leave empty what an object does not have' {
        Set-StrictMode -Version 3
        foreach ($typeName in 'Cosmi.Database', 'Cosmi.CollectionResource', 'Cosmi.MadeAccount', 'Cosmi.Access', 'Cosmi.Identity') {
            $document = [pscustomobject]@{ PSTypeName = $typeName }
            foreach ($member in $document.PSObject.Members | Where-Object { $_.MemberType -eq 'CodeProperty' }) {
                $member.Value | Should -BeNullOrEmpty -Because "$typeName, $($member.Name)"
            }
        }
    }
}
